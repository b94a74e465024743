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


VEHICLES = {"left": LEFT, "right": RIGHT, "carbench": load_profile("carbench_ev")}
CHILD = "rear_right"
"""Where the only child seat is, in the tables below."""


def oracle(word: str | None, speaker: str, driver_side: str) -> set[Any]:
    """The places a word means, written down a second time: (row, side) of each seat."""
    other = {"left": "right", "right": "left"}[driver_side]
    seats = {"driver": (1, driver_side), "passenger": (1, other), "rear_left": (2, "left"),
             "rear_right": (2, "right")}  # fmt: skip
    groups = {
        "front_row": {"driver", "passenger"},
        "rear_row": {"rear_left", "rear_right"},
        "all": set(seats),
    }
    row, side = seats[speaker]
    if word in groups or word in seats:
        return groups.get(word, {word})
    if word in (None, "my_side"):
        return {speaker}
    if word in ("left_side", "right_side"):
        return {name for name, (_, s) in seats.items() if f"{s}_side" == word}
    if word == "kids":
        return {CHILD}
    if word == "next_to_me":
        return {name for name, (r, s) in seats.items() if r == row and s != side}
    return {name for name, (r, s) in seats.items() if row == 1 and r == 2 and s == side}  # behind_me


@pytest.mark.parametrize("vehicle", list(VEHICLES))
@pytest.mark.parametrize("speaker", SINGLE)
def test_every_zone_word_of_every_tool_sets_the_places_meant_and_no_other(vehicle: str, speaker: str) -> None:
    profile = VEHICLES[vehicle]
    catalogue, side = Catalogue(profile), profile.file.driver_side
    kids = {
        path: place.zone == CHILD
        for place in places("all", side)
        if (path := f"Vehicle.Cabin.Seat.{place.seat}.HasChildRestraint") in profile.inputs
    }
    where = {segment: place.zone for place in places("all", side) for segment in (place.seat, place.station)}
    tried = 0

    def look(path: str) -> tuple[Value | None, Quality]:
        return kids.get(path), Quality.OK if path in kids else Quality.STALE

    for name, spec in catalogue.intents.items():
        if not name.startswith("set_") or "zone" not in spec.parameters["properties"]:
            continue
        fields = {n: example(s) for n, s in spec.parameters["properties"].items() if n != "zone"}
        for word in (None, *SPOKEN_ZONES):
            here = set(SINGLE) & set(spec.parameters["properties"]["zone"]["enum"])
            meant = here if word is None and len(here) == 1 else oracle(word, speaker, side)  # the only one
            if word == "kids" and len(kids) < len(SINGLE):
                continue  # this car cannot tell of every seat, and asks
            given = fields if word is None else {**fields, "zone": word}
            parsed = catalogue.parse(ToolCall("1", name, given, own=False))
            if isinstance(parsed, NotEquipped):
                continue
            found = resolve(parsed, Context(profile, catalogue, who(speaker), look, {}))
            if isinstance(found, Absolute):
                set_at = {zone for a in found.actions for seg, zone in where.items() if f".{seg}." in a.path}
                assert set_at and set_at <= meant, (name, word, set_at, meant)
                tried += 1
            else:
                assert isinstance(found, NotEquipped), (name, word, found)
    assert tried > 30


def example(schema: Mapping[str, Any]) -> Any:
    """Some value that a field takes."""
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    return schema["enum"][0] if "enum" in schema else schema.get("minimum", True)
