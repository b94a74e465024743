"""A vehicle to drive in a test: the real engine against the simulated ECUs, with a monitor between them.

No bus, no thread, no wall clock: time passes inside `play`, in jumps to whatever is due next. What the
monitor finds, what the engine raises and what breaks a promise of the engine stands in `found`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from intent_bridge.codec import Security
from intent_bridge.engine import Answer, Effect, Engine, Record, Send
from intent_bridge.engine.adopt import adopt
from intent_bridge.errors import ProfileError, ToolCallError
from intent_bridge.guard import Guard, load_packs
from intent_bridge.llm import read_call
from intent_bridge.profile import Profile
from intent_bridge.sim import Plan, SimulatedVehicle, load_plan, simulated_key
from intent_bridge.sim.check import Motor
from intent_bridge.testing.hazards import Hazards, load_hazards
from intent_bridge.testing.links import Links
from intent_bridge.testing.monitor import Finding, Monitor
from intent_bridge.testing.steps import (
    Call,
    Clock,
    Confirm,
    Fault,
    Raw,
    Reload,
    Restart,
    SetState,
    Step,
    Undo,
    Wait,
)
from intent_bridge.testing.wires import Wires
from intent_bridge.types import Outcome, Provenance, RawFrame, Status, ToolCall, Value

SETTLE_MS = 300
"""How long the vehicle runs before the first step, so that every status was heard."""
PATIENCE_MS = 30_000
"""A call that is not answered within this time is never answered."""
SECRET = b"a drive in a test has no secrets"
QUICK_MS = 1
"""Latency of every ECU of a quick car."""
QUICK_MOTORS, QUICK_REPORTS = 4, 5
"""So many times as fast the motors of a quick car run, and so often they tell where they are, end to end."""


@dataclass(frozen=True)
class Rig:
    """Everything about a vehicle that many drives share. Make one with `rig(profile)`."""

    profile: Profile
    plan: Plan
    hazards: Hazards
    make_engine: Callable[[], Engine]
    on_change: bool
    guard: Callable[[str], Guard | None]
    """A guard with the vehicle's packs and those of a market, if any; None where they do not go together."""


def rig(
    profile: Profile,
    *,
    hazards: Hazards | None = None,
    quick: bool = False,
    make_engine: Callable[[], Engine] | None = None,
) -> Rig:
    """Prepare a vehicle for many drives. `quick`: ECUs answer at once and repeat themselves less.

    Without a hazard list (`hazards`, or the vehicle's `hazards.yaml`) only broken promises are found.
    """
    plan = load_plan(profile)
    if quick:
        ecus = {name: ecu.model_copy(update={"latency_ms": QUICK_MS}) for name, ecu in plan.ecus.items()}
        motors = {path: _quick(motor) for path, motor in plan.motors.items()}
        plan = Plan(**{**vars(plan), "ecus": ecus, "motors": motors})
    if make_engine is None:
        own, security = Guard(profile, load_packs(profile)), Security(simulated_key)

        def make_engine() -> Engine:
            return Engine(profile, own, secret=SECRET, security=security)

    @cache
    def guard(market: str) -> Guard | None:
        first, *others = profile.file.packs
        try:
            return Guard(profile, load_packs(profile, [first, market, *others] if market else None))
        except ProfileError:
            return None

    listed = hazards or load_hazards(profile) or NO_HAZARDS
    return Rig(profile, plan, listed, make_engine, quick, guard)


def _quick(motor: Motor) -> Motor:
    hop = max(1, (motor.high - motor.low) // QUICK_REPORTS)
    return replace(motor, micro_steps_per_ms=motor.micro_steps_per_ms * QUICK_MOTORS, hop=hop)


NO_HAZARDS = Hazards(may_send={}, frames_per_second=10_000, hazards=())


class Car:
    """One drive. `outcomes` holds the newest outcome of every call, `found` everything that is wrong."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.profile = rig, rig.profile
        self.now_ms = 0
        self.calls = 0
        self.statuses: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.acted = 0
        """Calls that sent a frame and whose value the ECU confirmed."""
        self.outcomes: dict[str, Outcome] = {}
        self.engine = rig.make_engine()
        self.vehicle = SimulatedVehicle(rig.profile, rig.plan, on_change=rig.on_change)
        self.monitor = Monitor(rig.profile, rig.hazards)
        self.found = self.monitor.found
        self.question: tuple[str, Provenance] | None = None
        """The newest open question and who asked."""
        self._askers: dict[str, Provenance] = {}
        """Who was asked first with each token: whoever repeats the call is answered with the same."""
        self._offset_ms = 0
        self._last_id = ""
        self._recorded: set[str] = set()
        self._wires = Wires(rig.profile, self.vehicle)
        self._due_ms: int | None = None
        """When the engine has something to do, by its clock."""
        self._spoke = False
        """Whether a frame of ours left at this moment: an ECU may answer at once."""
        self._links: Links | None = None
        """Since a bus was off for the first time."""
        self._steps = {p: s.quantity.step for p, s in rig.profile.sensors.items()}
        self.monitor.hands = True
        for path, value in self.vehicle.truth().items():
            self._true(path, value)
        self.monitor.hands = False
        self.vehicle.watch(self._true)
        self._pass(SETTLE_MS)

    # --- steps ----------------------------------------------------------------------------------

    def play(self, *steps: Step) -> Outcome | None:
        """Do these steps, one after another; the outcome of the last one that has any."""
        outcome: Outcome | None = None
        for step in steps:
            outcome = self._play(step) or outcome
        return outcome

    def _play(self, step: Step) -> Outcome | None:
        match step:
            case Call():
                return self._call(step)
            case Raw():
                return self._raw(step)
            case Confirm(accept, who):
                return self._confirm(accept, who)
            case Undo(who):
                self.calls += 1
                return self._ask(lambda now: self.engine.undo(who, now), who)
            case SetState(values):
                self.monitor.hands = True
                for path, value in values.items():
                    self.vehicle.set_state(path, value)
                self.monitor.hands = False
                self._exchange()
            case Wait(ms):
                self._pass(ms)
            case Fault("bus_off", bus, value):
                self._switch(bus, off=bool(value))
            case Fault(kind, target, value):
                self._wires.break_(kind, target, value)
                self._exchange()
            case Clock(by_ms):
                self._turn()
                self._offset_ms += by_ms
                self._turn()
            case Reload(market):
                if (guard := self.rig.guard(market)) is not None:
                    self._carry(adopt(self.engine, guard, self._clock_ms()) or ())
                    self._exchange()
            case Restart():
                self._restart()
        return None

    def _call(self, step: Call) -> Outcome:
        self.calls += 1
        if not (step.again and self._last_id):
            self._last_id = f"c{self.calls}"
        call = ToolCall(self._last_id, step.name, step.arguments)
        return self._ask(lambda now: self.engine.submit(call, step.who, now), step.who, call.id)

    def _raw(self, step: Raw) -> Outcome:
        self.calls += 1
        try:
            call = read_call(step.content)
        except ToolCallError as error:
            return self._note(Outcome("", "", Status.INVALID, error.code, str(error)))
        except Exception as error:
            return self._raised(error)
        call = replace(call, id=call.id or f"c{self.calls}")
        return self._ask(lambda now: self.engine.submit(call, step.who, now), step.who, call.id)

    def _confirm(self, accept: bool, who: Provenance | None) -> Outcome | None:
        if self.question is None:
            return None
        (token, asker), self.question = self.question, None
        answers = asker if who is None else who
        if accept and answers.zone == asker.zone:
            self.monitor.yes(self.now_ms)
        return self._ask(lambda now: self.engine.confirm(token, accept, answers, now), asker)

    def _restart(self) -> None:
        kept = self.engine.encoder.counters | self.engine.receiver.freshness()
        self.engine = self.rig.make_engine()
        for name, info in self.profile.messages.items():
            if info.spec.secoc is not None:  # what the host's file would have kept
                self.engine.commands.resync(name, kept.get(name, 0) - 1)
                self.engine.receiver.resync(name, kept.get(name, 0) - 1)
        if self._links is not None:
            self._links = Links(self.profile, self.engine, self._wires.off, self._clock_ms())
        self.monitor.restarted()
        self.outcomes.clear()
        self._recorded.clear()
        self.question = None

    def _switch(self, bus: str, *, off: bool) -> None:
        """A bus goes off, or comes back; its counters go on from where the ECUs are."""
        now_ms = self._clock_ms()
        if self._links is None:
            self._links = Links(self.profile, self.engine, (), now_ms)
        self._wires.switch(bus, off=off)
        self._carry(self._links.switch(bus, off, now_ms))
        self.monitor.skipped()
        self._exchange()

    def _clock_ms(self) -> int:
        return self.now_ms + self._offset_ms

    def _ask(self, verb: Callable[[int], list[Effect]], who: Provenance, call_id: str = "") -> Outcome:
        try:
            effects = verb(self._clock_ms())
            if not call_id:
                call_id = _call_of(effects[0])  # its record, where its frames are held back for now
            self.outcomes.pop(call_id, None)
            self._carry(effects)
            self._exchange()
            patience_ms = self.now_ms + PATIENCE_MS
            while call_id not in self.outcomes:
                if self.now_ms >= patience_ms:
                    return self._broken("unanswered", f"call {call_id} is never answered")
                self._jump(patience_ms)
        except Exception as error:
            return self._raised(error)
        outcome = self._note(self.outcomes[call_id])
        if outcome.confirmation is not None:
            token = outcome.confirmation.token
            self.question = token, self._askers.setdefault(token, who)
        return outcome

    # --- time and frames ------------------------------------------------------------------------

    def _pass(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        try:
            self._exchange()
            while self.now_ms < until_ms:
                self._jump(until_ms)
        except Exception as error:
            self.now_ms = until_ms
            self._raised(error)

    def _jump(self, until_ms: int) -> None:
        """Go to the next moment at which anything is due, and do it."""
        due_ms = min(self.vehicle.next_ms(self.now_ms), self._wires.next_ms(), until_ms)
        if self._due_ms is not None:
            due_ms = min(due_ms, self._due_ms - self._offset_ms)
        self.now_ms = max(self.now_ms + 1, due_ms)
        self._exchange(asked=False)

    def _exchange(self, *, asked: bool = True) -> None:
        """What the ECUs and we have to say at this moment, until nobody says more.

        `asked`: the engine was asked for something since the last time, and not only time has passed.
        """
        engine, links, heard = self.engine, self._links, self.monitor.heard
        receive = engine.receive if links is None else links.receive
        clock_ms, now_ms = self._clock_ms(), self.now_ms
        while True:
            self._spoke = False
            for frame in self._wires.incoming(self.vehicle.advance(now_ms), now_ms):
                asked = True
                heard(frame, now_ms)
                if effects := receive(frame, clock_ms):
                    self._carry(effects)
            if links is not None:
                self._carry(links.check(clock_ms))
            if asked or links is not None:
                self._due_ms = engine.next_ms()
                asked = False
            if self._due_ms is not None and self._due_ms <= clock_ms:
                self._carry(engine.poll(clock_ms))
                self._due_ms = engine.next_ms()
            if not self._spoke:
                return

    def _turn(self) -> None:
        """As a host's thread does every few milliseconds: the engine is told the time, due or not."""
        self._carry(self.engine.poll(self._clock_ms()))
        self._exchange()

    def _carry(self, effects: Iterable[Effect]) -> None:
        over: set[str] = set()
        """Calls that ended because their bus is off: what else was planned for them is void."""
        later: list[Effect] = []
        """How they end: these frames were built, and counted, after all the others."""
        for effect in effects:
            if over and _call_of(effect) in over:
                continue
            match effect:
                case Send(call_id=call_id, frame=frame):
                    if call_id not in self._recorded:
                        self._broken("unrecorded", f"a frame of {call_id} leaves without a record")
                    refused = self._links and self._links.refuses(frame, call_id, self._clock_ms())
                    if refused is None:
                        self._send(frame.raw)
                        continue
                    self.monitor.skipped()
                    if refused:
                        over.add(call_id)
                        later += refused
                case Answer(outcome=outcome):
                    self.outcomes[outcome.call_id] = outcome
                    if outcome.status is Status.DONE and outcome.frames:
                        self.acted += 1
                case Record(body=body):
                    self._recorded.add(_call_of(effect))
                    if body["type"] == "intent":
                        self.monitor.recorded({path: self._plain(path, v) for path, v in body["emitted"]})
        if later:
            self._carry(later)

    def _send(self, raw: RawFrame) -> None:
        self._spoke = True
        self.monitor.sent(raw, self.now_ms)
        for arrives in self._wires.outgoing(raw):
            self.vehicle.receive(arrives, self.now_ms)

    # --- notes ----------------------------------------------------------------------------------

    def _true(self, path: str, value: Value | None) -> None:
        if path in self.monitor.watched:
            self.monitor.moved(path, self._plain(path, value), self.now_ms)

    def _plain(self, path: str, value: Value | None) -> object:
        step = self._steps[path]
        return Decimal(value) * step if type(value) is int and step is not None else value

    def _note(self, outcome: Outcome) -> Outcome:
        self.statuses[outcome.status.value] += 1
        if outcome.verdict is not None:
            for hit in outcome.verdict.hits:
                self.rules[hit.id] += 1
        if outcome.status is Status.ERROR and outcome.code not in _HONEST_ERRORS:
            what = f"{outcome.intent}: {outcome.code} {outcome.message}"
            self.found.append(Finding("error", self.now_ms, what))
        return outcome

    def _raised(self, error: Exception) -> Outcome:
        return self._broken("exception", f"{type(error).__name__}: {error}")

    def _broken(self, promise: str, what: str) -> Outcome:
        self.found.append(Finding(promise, self.now_ms, what))
        return Outcome("", "", Status.ERROR, promise, what)


_HONEST_ERRORS = ("outcome_forgotten", "session_full")
"""Errors that an engine may answer; any other is a fault of ours."""


def _call_of(effect: Effect) -> str:
    match effect:
        case Answer(outcome=outcome):
            return outcome.call_id
        case Send(call_id=call_id):
            return call_id
        case Record(body=body):
            return str(body.get("call_id", ""))
