"""A hundred protected messages every 10 ms on a virtual clock, with events and stops among them."""

import itertools
from typing import Any

import pytest

from intent_bridge.engine import Answer, Engine, Record, Send
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import (
    Channel,
    Decision,
    Frame,
    Outcome,
    Permit,
    Provenance,
    RuleHit,
    SeatZone,
    Speaker,
    ToolCall,
)
from tests.unit.engine.many_messages import FLAPS, PER_SCENE, PERIOD_MS, write_vehicle

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
FRAME_US = 60
"""What each frame costs on the virtual clock: a hundred of them take six of the ten milliseconds."""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return load_profile(write_vehicle(tmp_path_factory.mktemp("many") / "car"))


class Rig:
    """An engine, nobody who answers, and a clock that every frame moves on."""

    def __init__(self, profile: Profile) -> None:
        self.engine = Engine(profile, Guard(profile, load_packs(profile)), secret=b"secret")
        self.now_us = 0
        self.sent: list[tuple[float, Frame]] = []
        """Milliseconds and frame, in the order in which they left."""
        self.outcomes: dict[str, Outcome] = {}
        self.order: list[str] = []

    @property
    def now_ms(self) -> int:
        return self.now_us // 1000

    def take(self, effects: list[Any]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.sent.append((self.now_us / 1000, effect.frame))
                self.order.append(kind_of(effect.frame))
                self.now_us += FRAME_US
            elif isinstance(effect, Record):
                self.order.append(f"record of {effect.body['type']}")
            elif isinstance(effect, Answer):
                self.outcomes[effect.outcome.call_id] = effect.outcome

    def call(self, call_id: str, name: str, **arguments: Any) -> None:
        self.take(self.engine.submit(ToolCall(call_id, name, arguments), DRIVER, self.now_ms))

    def all_flaps(self) -> None:
        for n in range(FLAPS // PER_SCENE):
            self.call(f"scene_{n}", "activate_scene", scene=f"scene_{n}")

    def run(self, until_ms: int) -> None:
        """To this moment, or as soon after it as the frames before it have left."""
        while (due_ms := self.engine.next_ms()) is not None and due_ms < until_ms:
            self.now_us = max(self.now_us, 1000 * due_ms)
            self.take(self.engine.poll(self.now_ms))
        self.now_us = max(self.now_us, 1000 * until_ms)

    def left_ms(self, message: str) -> list[float]:
        return [at_ms for at_ms, frame in self.sent if frame.message == message]


def kind_of(frame: Frame) -> str:
    """What a frame is for."""
    kinds = set(frame.origins.values()) & {"permit", "stop", "neutral"}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def latest(left_ms: list[float]) -> float:
    """The longest time between two frames."""
    return max(b - a for a, b in itertools.pairwise(left_ms))


def test_no_frame_of_a_hundred_is_later_than_two_periods(profile: Profile) -> None:
    rig = Rig(profile)
    rig.all_flaps()
    rig.run(300)
    for n in range(FLAPS):
        left_ms = rig.left_ms(f"FLAP{n}_CMD")
        assert len(left_ms) >= 300 // (2 * PERIOD_MS)
        assert latest(left_ms) <= 2 * PERIOD_MS
        counters = [frame.counter or 0 for _, frame in rig.sent if frame.message == f"FLAP{n}_CMD"]
        assert all((b - a) % 16 == 1 for a, b in itertools.pairwise(counters))


def test_events_and_stops_among_them_make_none_later_and_wait_for_none(profile: Profile) -> None:
    rig = Rig(profile)
    rig.all_flaps()
    delays_ms: list[float] = []
    for n, at_ms in enumerate(range(5, 300, 7)):
        rig.run(at_ms)
        asked_us, before = rig.now_us, len(rig.sent)
        rig.call(f"event {n}", f"set_flap_{FLAPS}", percent=n)
        assert [f.message for _, f in rig.sent[before:]] == [f"FLAP{FLAPS}_CMD"]
        delays_ms.append((rig.now_us - asked_us) / 1000)
        if n % 4 == 2:  # one flap is asked for on its own, runs a while, and is taken back
            rig.call(f"own {n}", f"set_flap_{n}", percent=70)
        if n % 4 == 0 and n >= 4:
            before = len(rig.sent)
            rig.take(rig.engine.withdraw(f"own {n - 2}", rig.now_ms))
            assert [kind_of(f) for _, f in rig.sent[before:]] == ["stop", "neutral"]
    assert max(delays_ms) == FRAME_US / 1000
    stopped = [n - 2 for n in range(4, 42, 4)]
    for n in range(FLAPS):
        assert latest(rig.left_ms(f"FLAP{n}_CMD")) <= 2 * PERIOD_MS
        after = itertools.dropwhile(
            lambda kind: kind != "stop",
            [kind_of(frame) for _, frame in rig.sent if frame.message == f"FLAP{n}_CMD"],
        )
        assert ("permit" in after) is False
    assert all(rig.outcomes[f"own {n}"].status == "stopped" for n in stopped)


def test_when_all_are_due_and_a_rule_turns_against_one_its_stop_is_the_first_frame(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(profile)
    rig.all_flaps()
    last = f"Vehicle.Cabin.Flap{FLAPS - 1}.Position"
    rig.call("own", f"set_flap_{FLAPS - 1}", percent=70)
    rig.run(50)
    forbidden = RuleHit("oem.still", last, Decision.DENY, "reason")

    def watch(permit: Permit, *_: object) -> tuple[RuleHit, ...]:
        return (forbidden,) if set(permit.emitted) == {last} else ()

    monkeypatch.setattr(rig.engine.guard, "watch", watch)
    rig.order.clear()
    rig.now_us = 1000 * (rig.now_ms + PERIOD_MS)  # every command is due
    rig.take(rig.engine.poll(rig.now_ms))
    assert rig.order[:3] == ["record of stop", "stop", "neutral"]
    assert rig.order.count("permit") == FLAPS - 1 and "stop" not in rig.order[2:]


def test_frames_are_protected_one_by_one(profile: Profile) -> None:
    """What the kernel's cyclic sender could not do: no two frames of a message have the same bytes."""
    rig = Rig(profile)
    rig.all_flaps()
    rig.run(100)
    images = [frame.raw.data for _, frame in rig.sent if frame.message == "FLAP3_CMD"]
    assert len(images) > 8 and len(set(images)) == len(images)
