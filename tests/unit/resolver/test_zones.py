"""What "behind me" and "the kids" mean: by speaker, occupancy, child seats and the side of the wheel."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.intents import SPOKEN_ZONES, Catalogue, NotEquipped, Zone, places
from intent_bridge.profile import Profile, load_profile
from intent_bridge.resolver import (
    Absolute,
    Ambiguous,
    Context,
    Halt,
    NoZone,
    WhichZone,
    resolve,
    resolve_zone,
)
from intent_bridge.types import Channel, Provenance, Quality, SeatZone, Speaker, ToolCall, Value

LEFT = load_profile("demo_sedan")
RIGHT = replace(LEFT, file=LEFT.file.model_copy(update={"driver_side": "right"}))
SINGLE: tuple[Zone, ...] = ("driver", "passenger", "rear_left", "rear_right")


def who(zone: str) -> Provenance:
    return Provenance(Speaker.UNKNOWN, SeatZone(zone), Channel.VOICE)


def people(
    kids: Mapping[str, bool | None] | None = None, sitting: Mapping[str, str | None] | None = None
) -> dict[str, Value | None]:
    """Child seats and occupants by zone; what is not named is without."""
    out: dict[str, Value | None] = {}
    for place in places("all", "left"):
        seat = f"Vehicle.Cabin.Seat.{place.seat}"
        out[f"{seat}.HasChildRestraint"] = (kids or {}).get(place.zone, False)
        out[f"{seat}.OccupancyStatus"] = (sitting or {}).get(place.zone, "EMPTY")
    return out


def mean(word: Any, speaker: str = "driver", profile: Profile = LEFT, **cabin: Any) -> Any:
    state = people(**cabin)
    quality = {True: Quality.OK, False: Quality.STALE}
    return resolve_zone(word, who(speaker), lambda p: (state[p], quality[state[p] is not None]), profile)


@pytest.mark.parametrize(
    ("word", "speaker", "left", "right"),
    [
        (None, "rear_left", ("rear_left",), ("rear_left",)),
        ("my_side", "passenger", ("passenger",), ("passenger",)),
        ("next_to_me", "driver", ("passenger",), ("passenger",)),
        ("next_to_me", "rear_right", ("rear_left",), ("rear_left",)),
        ("behind_me", "driver", ("rear_left",), ("rear_right",)),
        ("behind_me", "passenger", ("rear_right",), ("rear_left",)),
        ("left_side", "unknown", ("driver", "rear_left"), ("passenger", "rear_left")),
        ("right_side", "driver", ("passenger", "rear_right"), ("driver", "rear_right")),
        ("rear_row", "unknown", ("rear_left", "rear_right"), ("rear_left", "rear_right")),
        ("all", "unknown", SINGLE, SINGLE),
    ],
)
def test_a_word_means_places_by_who_speaks_and_where_the_wheel_is(
    word: Any, speaker: str, left: tuple[str, ...], right: tuple[str, ...]
) -> None:
    assert mean(word, speaker) == left
    assert mean(word, speaker, RIGHT) == right


def test_behind_somebody_in_the_last_row_is_nowhere() -> None:
    assert mean("behind_me", "rear_left") == NoZone("behind_me")


def test_a_speaker_nobody_can_place_is_asked_which() -> None:
    assert mean(None, "unknown") == mean("my_side", "unknown") == WhichZone(SINGLE)
    assert mean("behind_me", "unknown") == WhichZone(("rear_left", "rear_right"))


def test_the_kids_are_where_the_child_seats_are_in_front_too() -> None:
    assert mean("kids", kids={"rear_left": True, "rear_right": True}) == ("rear_left", "rear_right")
    assert mean("kids", kids={"passenger": True}, sitting={"rear_left": "OCCUPIED"}) == ("passenger",)


def test_without_a_child_seat_one_person_in_the_rear_is_meant_and_of_two_or_none_it_is_asked() -> None:
    asked = WhichZone(("rear_left", "rear_right", "rear_row"))
    assert mean("kids", sitting={"driver": "OCCUPIED", "rear_right": "OCCUPIED"}) == ("rear_right",)
    assert mean("kids", sitting={"rear_left": "OCCUPIED", "rear_right": "OCCUPIED"}) == asked
    assert mean("kids") == asked


def test_a_child_seat_sensor_that_is_silent_makes_it_a_question() -> None:
    asked = WhichZone(("rear_left", "rear_right", "rear_row"))
    assert mean("kids", kids={"rear_left": True, "rear_right": None}) == asked
    assert mean("kids", sitting={"rear_left": None}) == asked


@given(
    word=st.sampled_from([None, *SPOKEN_ZONES]),
    speaker=st.sampled_from([zone.value for zone in SeatZone]),
    profile=st.sampled_from([LEFT, RIGHT]),
    kids=st.dictionaries(st.sampled_from(SINGLE), st.sampled_from([True, False, None])),
    sitting=st.dictionaries(st.sampled_from(SINGLE), st.sampled_from(["OCCUPIED", "EMPTY", None])),
)
def test_any_word_is_places_or_a_question_or_nowhere(
    word: Any, speaker: str, profile: Profile, kids: Any, sitting: Any
) -> None:
    meant = mean(word, speaker, profile, kids=kids, sitting=sitting)
    if isinstance(meant, NoZone):
        assert word == "behind_me" and speaker.startswith("rear")
    elif isinstance(meant, WhichZone):
        assert len(meant.zones) > 1
    else:
        assert meant and set(meant) <= set(SINGLE)


CATALOGUE = Catalogue(LEFT)
WINDOW = "Vehicle.Cabin.Door.{seat}.Window.Position"


def ask(name: str, speaker: str, state: dict[str, Value | None], **arguments: Any) -> Any:
    intent = CATALOGUE.parse(ToolCall("1", name, arguments))
    assert not isinstance(intent, NotEquipped)
    look = lambda path: (state.get(path), Quality.OK if path in state else Quality.STALE)  # noqa: E731
    return resolve(intent, Context(LEFT, CATALOGUE, who(speaker), look, {}))


def paths(*zones: Zone) -> list[str]:
    return [place.path(WINDOW) for zone in zones for place in places(zone, "left")]


def test_every_zoned_tool_takes_the_words_a_model_cannot_place_itself() -> None:
    behind = ask("set_window", "driver", {}, zone="behind_me", percent=0)
    assert isinstance(behind, Absolute) and [a.path for a in behind.actions] == paths("rear_left")
    child = people(kids={"rear_right": True})
    warm = ask("set_seat_heating", "driver", child, zone="kids", level=1)
    assert isinstance(warm, Absolute) and [a.path for a in warm.actions] == [
        "Vehicle.Cabin.Seat.Row2.PassengerSide.HeatingLevel"
    ]


def test_a_place_that_cannot_be_is_not_equipped_and_never_another() -> None:
    nowhere = ask("set_window", "rear_left", {}, zone="behind_me", percent=0)
    assert nowhere == NotEquipped("set_window", "zone", "behind_me")


def test_a_question_offers_the_possible_places_only() -> None:
    asked = ask("set_window", "driver", people(), zone="kids", percent=0)
    assert isinstance(asked, Ambiguous)
    assert [c.arguments["zone"] for c in asked.choices] == ["rear_left", "rear_right", "rear_row"]


def test_a_stop_does_not_wait_for_a_question() -> None:
    everything = ask("stop_motion", "driver", {})
    assert isinstance(everything, Halt)
    assert ask("stop_motion", "unknown", {}, zone="my_side") == everything
    mine = ask("stop_motion", "driver", {}, zone="my_side")
    assert isinstance(mine, Halt) and all(".Row1.DriverSide." in path for path in mine.paths)
