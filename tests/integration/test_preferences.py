"""Preferences: learned from what was done and corrected; their owner's to read and erase, nobody else's."""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.bridge.learning import CORRECTED_WITHIN_S, MAX_PENDING, Learner
from intent_bridge.bridge.preference_store import KEPT, PreferenceStore
from intent_bridge.bridge.preferences import Preferences
from intent_bridge.errors import IntentBridgeError
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.lanes import Lane, Lanes
from intent_bridge.serve.request import Request
from intent_bridge.types import Outcome, Said, Status
from tests.integration.road import DRIVING, PROFILE, TEMPERATURE, car, do
from tests.lanes.car import DRIVER
from tests.lanes.car import Car as LaneCar
from tests.lanes.clock import run_virtually
from tests.lanes.network import Script, model

__all__ = ["car"]
KEY = bytes(range(32))
CELSIUS = "set_cabin_temperature.celsius"
CANARY = "CANARY-7f3a"


def keys(name: str) -> bytes:
    return {"preferences": KEY}[name]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PreferenceStore]:
    store = PreferenceStore(tmp_path / "prefs.db", keys=keys)
    yield store
    store.close()


def learn(store: PreferenceStore, *values: float | str, user: str = "anna", setting: str = CELSIUS) -> None:
    for at_s, value in enumerate(values):
        store.learn(user, setting, value, at_s=at_s)


# --- what is derived -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, default",
    [
        ((22, 22), None),
        ((22, 22, 22), 22),
        ((22, 23, 22, 23, 22), 22),
        ((22, 23, 24, 22, 23), None),
        ((22, 22, 22, *[19] * 10), 19),
        (("purple",) * 3, "purple"),
    ],
)
def test_a_default_is_what_most_of_the_recent_requests_agree_on(
    store: PreferenceStore, values: tuple[float | str, ...], default: object
) -> None:
    learn(store, *values)
    assert store.default("anna", CELSIUS) == default


def test_a_correction_counts_twice(store: PreferenceStore) -> None:
    learn(store, 22)
    store.learn("anna", CELSIUS, 20, at_s=1, how="corrected")
    assert store.default("anna", CELSIUS) is None
    store.learn("anna", CELSIUS, 20, at_s=2)
    assert store.default("anna", CELSIUS) == 20


def test_nobody_has_no_preferences_and_users_do_not_share_theirs(store: PreferenceStore) -> None:
    learn(store, 22, 22, 22)
    learn(store, 19, 19, 19, user="")
    assert store.default("", CELSIUS) is None and store.default("ben", CELSIUS) is None


def test_the_store_is_what_the_bridge_asks(store: PreferenceStore) -> None:
    asked: Preferences = store
    assert asked.default("anna", "set_window.percent") is None


# --- what its owner may do -----------------------------------------------------------------------------


def test_what_was_learned_can_be_read_exported_and_erased(store: PreferenceStore) -> None:
    learn(store, 22, 22, 22)
    learn(store, "purple", "purple", "purple", setting="set_ambient_light.color")
    assert {(one.setting, one.value, one.agree, one.of) for one in store.show("anna")} == {
        (CELSIUS, 22, 3, 3),
        ("set_ambient_light.color", "purple", 3, 3),
    }
    told = store.export("anna")
    assert len(told["history"]) == 6 and told["defaults"][CELSIUS] == 22 and json.dumps(told)
    assert store.erase("anna", CELSIUS) == 3 and store.default("anna", CELSIUS) is None
    assert store.erase("anna") == 3 and store.export("anna")["history"] == []


def test_what_is_erased_is_no_longer_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "prefs.db"
    store = PreferenceStore(file)
    learn(store, CANARY, CANARY, CANARY, setting="set_ambient_light.color")
    assert CANARY.encode() in file.read_bytes() and not store.sealed
    store.erase("anna")
    store.close()
    assert CANARY.encode() not in file.read_bytes()


def test_it_is_there_after_a_restart_and_bounded(tmp_path: Path) -> None:
    file = tmp_path / "prefs.db"
    store = PreferenceStore(file, keys=keys)
    learn(store, *[22] * (KEPT + 20))
    store.keep_scenes({"reading": {"description": "x"}})
    store.close()
    again = PreferenceStore(file, keys=keys)
    assert again.default("anna", CELSIUS) == 22 and len(again.export("anna")["history"]) == KEPT
    assert again.scenes() == {"reading": {"description": "x"}}


# --- who else may --------------------------------------------------------------------------------------


def test_the_file_is_made_for_its_owner_alone(store: PreferenceStore, tmp_path: Path) -> None:
    assert os.stat(tmp_path / "prefs.db").st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "prefs.db"
    PreferenceStore(file).close()
    file.chmod(mode)
    with pytest.raises(IntentBridgeError, match=f"others may read it .mode {mode:04o}.; chmod 600 it"):
        PreferenceStore(file)


def test_a_link_and_a_file_that_is_no_database_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntentBridgeError, match="no plain file"):
        PreferenceStore(tmp_path / "link")
    (tmp_path / "junk").write_bytes(b"junk" * 2000)
    (tmp_path / "junk").chmod(0o600)
    with pytest.raises(IntentBridgeError, match="no store of preferences"):
        PreferenceStore(tmp_path / "junk")


def test_with_a_key_no_value_stands_in_the_file(store: PreferenceStore, tmp_path: Path) -> None:
    learn(store, CANARY, CANARY, CANARY, setting="set_ambient_light.color")
    assert store.sealed and store.default("anna", "set_ambient_light.color") == CANARY
    assert CANARY.encode() not in (tmp_path / "prefs.db").read_bytes()


@pytest.mark.parametrize("other", [None, lambda name: bytes(32)])
def test_sealed_values_open_with_their_own_key_only(tmp_path: Path, other: object) -> None:
    file = tmp_path / "prefs.db"
    store = PreferenceStore(file, keys=keys)
    learn(store, 22)
    store.close()
    with pytest.raises(IntentBridgeError, match="key"):
        PreferenceStore(file, keys=other)  # type: ignore[arg-type]


def test_a_sealed_value_cannot_be_moved_to_another_user_or_setting(tmp_path: Path) -> None:
    file = tmp_path / "prefs.db"
    store = PreferenceStore(file, keys=keys)
    learn(store, 22)
    store._base.execute("UPDATE events SET user = 'ben'")
    store.close()
    with pytest.raises(IntentBridgeError, match="does not open"):
        PreferenceStore(file, keys=keys)


# --- what is learned -----------------------------------------------------------------------------------


class Clock:
    """A wall clock that a test turns."""

    now_s = 1000

    def __call__(self) -> int:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def learner(car: SimulatedBridge, store: PreferenceStore, clock: Clock) -> Learner:
    learner = Learner(store, clock)
    car.subscribe("outcome", learner.heard)
    return learner


def say(car: SimulatedBridge, learner: Learner, clock: Clock, tool: str, **arguments: object) -> Outcome:
    clock.now_s += CORRECTED_WITHIN_S + 1
    return say_at_once(car, learner, tool, **arguments)


def say_at_once(car: SimulatedBridge, learner: Learner, tool: str, **arguments: object) -> Outcome:
    call_id = car.engine.memory.mint("test")
    learner.asked(call_id, "anna", tool, arguments)
    outcome = car.handle({"id": call_id, "name": tool, "arguments": arguments})
    car.advance_ms(9000)
    return outcome


def history(store: PreferenceStore) -> list[tuple[str, object, str]]:
    return [(e["setting"], e["value"], e["how"]) for e in store.export("anna")["history"]]


def test_what_the_car_confirmed_is_learned(
    car: SimulatedBridge, learner: Learner, clock: Clock, store: PreferenceStore
) -> None:
    say(car, learner, clock, "set_cabin_temperature", zone="driver", celsius=22.5)
    say(car, learner, clock, "set_window", zone="driver", percent=30)  # a motion: learned when it is there
    assert history(store) == [(CELSIUS, 22.5, "accepted"), ("set_window.percent", 30, "accepted")]


def test_what_was_denied_clamped_or_vague_is_not(
    car: SimulatedBridge, learner: Learner, clock: Clock, store: PreferenceStore
) -> None:
    car.set_state(DRIVING)
    assert say(car, learner, clock, "set_seat_recline", zone="driver", degrees=40).status is Status.DENIED
    car.set_state({"Vehicle.Cabin.Seat.Row2.DriverSide.HasChildRestraint": True})
    assert "mild" in say(car, learner, clock, "set_seat_heating", zone="rear_left", level=3).say("en")
    say(car, learner, clock, "adjust_setting", setting="fan_speed", direction="up", zone="driver")
    assert history(store) == []


def test_a_second_word_corrects_the_first(
    car: SimulatedBridge, learner: Learner, clock: Clock, store: PreferenceStore
) -> None:
    say(car, learner, clock, "set_cabin_temperature", zone="driver", celsius=25)
    say_at_once(car, learner, "set_cabin_temperature", zone="driver", celsius=22)
    assert history(store) == [(CELSIUS, 22, "corrected")]


def test_what_was_undone_at_once_was_not_wanted(
    car: SimulatedBridge, learner: Learner, clock: Clock, store: PreferenceStore
) -> None:
    say(car, learner, clock, "set_cabin_temperature", zone="driver", celsius=25)
    car.undo()
    assert history(store) == []


def test_of_calls_that_never_end_only_the_newest_can_teach(
    car: SimulatedBridge, learner: Learner, store: PreferenceStore
) -> None:
    call = {"zone": "driver", "celsius": 27.5}
    for number in range(MAX_PENDING + 1):
        learner.asked(f"p{number}", "anna", "set_cabin_temperature", call)
    for call_id, taught in (("p0", 0), (f"p{MAX_PENDING}", 1)):
        learner.heard(Outcome(call_id, "set_cabin_temperature", Status.DONE))
        assert len(store.export("anna")["history"]) == taught


def test_nothing_of_the_history_is_told_to_a_model(
    car: SimulatedBridge, learner: Learner, clock: Clock, store: PreferenceStore
) -> None:
    """The user's name and 27.5, of which no default was derived, are canaries."""
    call = {"zone": "driver", "celsius": 27.5}
    learner.asked("c1", CANARY, "set_cabin_temperature", call)
    car.handle({"id": "c1", "name": "set_cabin_temperature", "arguments": call})
    assert len(store.export(CANARY)["history"]) == 1
    do(car, "set_cabin_temperature", zone="driver", celsius=20)
    told = [json.dumps(car.tools(dialect)) for dialect in ("openai", "anthropic")]
    for name, arguments in (("get_capabilities", {}), ("get_vehicle_state", {"topics": ["climate"]})):
        told.append(car.tool_result(do(car, name, **arguments)))
    assert not [text for text in told if CANARY in text or "27.5" in text.replace('"maximum": 27.5', "")]


def test_a_bridge_learns_from_its_users_and_fills_in_what_they_leave_out(
    store: PreferenceStore, clock: Clock
) -> None:
    with SimulatedBridge(PROFILE, preferences=Learner(store, clock)) as car:
        for _ in range(3):
            clock.now_s += CORRECTED_WITHIN_S + 1
            car.handle(
                {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 22.5}},
                user="anna",
            )
            car.set_state({TEMPERATURE: 20})
        car.handle(
            {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 19}}
        )  # nobody known
        assert store.default("anna", CELSIUS) == 22.5
        vague = car.handle({"name": "set_cabin_temperature", "arguments": {"zone": "driver"}}, user="anna")
        assert vague.status is Status.DONE and car.state()[TEMPERATURE] == 22.5
        assert [e[0] for e in history(store)] == [CELSIUS] * 3  # a default teaches nothing


def test_nothing_of_the_store_leaves_by_a_cloud_lane(store: PreferenceStore) -> None:
    """All that the scripted model server was sent, looked through for canaries."""
    learn(store, CANARY, CANARY, CANARY, user=CANARY, setting="set_ambient_light.color")
    script = Script([{"call": {"get_capabilities": {}}}, {"text": "All right."}])
    with SimulatedBridge(PROFILE, preferences=Learner(store)) as car:

        async def main() -> None:
            vehicle = LaneCar(car)
            lanes = Lanes(vehicle, [Lane("cloud", Assistant(vehicle, model(script)), 5000)])
            await lanes.respond(Request("1", "what do I like?", DRIVER))

        run_virtually(main())
    assert script.asked and not any(CANARY in body for body in script.asked)


def test_what_is_liked_for_the_passenger_is_not_taken_for_oneself(
    store: PreferenceStore, clock: Clock
) -> None:
    with SimulatedBridge(PROFILE, preferences=Learner(store, clock)) as car:

        def ask(**arguments: object) -> Outcome:
            clock.now_s += CORRECTED_WITHIN_S + 1
            outcome = car.handle({"name": "set_seat_heating", "arguments": arguments}, user="anna")
            car.advance_ms(3000)
            return outcome

        for level in (3, 3, 3):
            ask(zone="passenger", level=level)
            ask(zone="driver", level=1)
            ask(zone="all", level=0)
        assert store.default("anna", "set_seat_heating.level@passenger") == 3
        assert store.default("anna", "set_seat_heating.level") == 1
        mine, theirs = ask(), ask(zone="passenger")
        assert [o.data["sources"] for o in (mine, theirs)] == [{"level": "preference"}] * 2
        assert (mine.actions[0].requested, theirs.actions[0].requested) == (1, 3)


def test_a_number_of_the_models_own_is_not_learned_though_it_was_confirmed(
    store: PreferenceStore, clock: Clock
) -> None:
    with SimulatedBridge(PROFILE, preferences=Learner(store, clock)) as car:
        for said, known in ((Said(frozenset()), 0), (Said(frozenset({Decimal("24.5")})), 1)):
            clock.now_s += CORRECTED_WITHIN_S + 1
            call = {"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 24.5}}
            outcome = car.handle(call, heard=said, user="anna")
            if outcome.confirmation is not None:
                outcome = car.confirm(outcome.confirmation.token, accept=True)
            car.advance_ms(3000)
            assert outcome.status in (Status.DONE, Status.NO_EFFECT)
            assert len(history(store)) == known
            car.set_state({TEMPERATURE: 20})
