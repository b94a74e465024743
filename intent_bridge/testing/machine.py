"""A hypothesis state machine that drives one vehicle: calls, people, world, wire and restarts interleaved.

TestMyCar = fuzz_machine(rig(load_profile("my_car"))).TestCase
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from intent_bridge.testing.callgen import PEOPLE
from intent_bridge.testing.car import Car, Rig
from intent_bridge.testing.mix import MARKETS, WAITS_MS
from intent_bridge.testing.steps import (
    Call,
    Clock,
    Confirm,
    Drive,
    Fault,
    Reload,
    Restart,
    Step,
    Undo,
    Wait,
    drive_text,
)
from intent_bridge.testing.strategies import calls, faults, vehicle_states
from intent_bridge.testing.worlds import World, Worlds


class _Driven(RuleBasedStateMachine):
    """Plays steps on a car, remembers them, and fails as soon as the monitor has found something."""

    car: Car

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.broken: list[Fault] = []

    def _play(self, step: Step) -> None:
        self.steps.append(step)
        self.car.play(step)

    @invariant()
    def nothing_is_found(self) -> None:
        found = self.car.found if hasattr(self, "car") else []
        if found:
            first = found[0]
            drive = Drive(f"{first.hazard}: {first.what}", tuple(self.steps), (first.hazard,))
            raise AssertionError(f"{first.hazard}: {first.what}\n{drive_text(drive)}")


def fuzz_machine(rig: Rig) -> type[RuleBasedStateMachine]:
    """The machine for one vehicle. A failure prints the short drive that led to it, ready for a file."""
    scenes = tuple(rig.profile.file.scenes)
    people, worlds = st.sampled_from(PEOPLE), Worlds(rig.profile, rig.plan, rig.hazards)
    valid, spoilt, hostile = calls(rig), calls(rig, "spoilt"), calls(rig, "hostile")

    class CarMachine(_Driven):
        @initialize()
        def start(self) -> None:
            self.car = Car(rig)

        @rule(call=valid)
        def call(self, call: Any) -> None:
            self._play(call)

        @rule(call=st.one_of(spoilt, hostile))
        def wrong_call(self, call: Any) -> None:
            self._play(call)

        if scenes:

            @rule(scene=st.sampled_from(scenes), who=people)
            def scene(self, scene: str, who: Any) -> None:
                self._play(Call("activate_scene", {"scene": scene}, who))

        @precondition(lambda self: self.car.question is not None)
        @rule(accept=st.booleans(), who=st.none() | people)
        def answer(self, accept: bool, who: Any) -> None:
            self._play(Confirm(accept, who))

        @rule(who=people)
        def undo(self, who: Any) -> None:
            self._play(Undo(who))

        @rule(world=vehicle_states(rig))
        def change(self, world: World) -> None:
            self._play(world.step)

        @rule(ms=st.sampled_from(WAITS_MS))
        def wait(self, ms: int) -> None:
            self._play(Wait(ms))

        @rule(fault=faults(rig))
        def break_(self, fault: Fault) -> None:
            self.broken.append(fault)
            self._play(fault)

        @precondition(lambda self: bool(self.broken))
        @rule()
        def heal(self) -> None:
            self._play(worlds.healed(self.broken.pop()))

        @rule(by_ms=st.sampled_from((100, -100, 5000, -5000)))
        def step_clock(self, by_ms: int) -> None:
            self._play(Clock(by_ms))

        @rule(market=st.sampled_from(MARKETS))
        def reload(self, market: str) -> None:
            self._play(Reload(market))

        @rule()
        def restart(self) -> None:
            self._play(Restart())

    return CarMachine
