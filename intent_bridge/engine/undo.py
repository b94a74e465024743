"""What a session has done and can put back, and honestly why not where it cannot.

A step is one call, whatever it set: a single value, a scene, or a comfort plan, with its companions. It is
put back whole or not at all, through the same guard as any other call, and only while everything it set
still stands as it left it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from intent_bridge.engine.dry_run import DRY
from intent_bridge.engine.effects import Order
from intent_bridge.engine.outcomes import judged
from intent_bridge.engine.running import Running, reports
from intent_bridge.types import Action, Outcome, Provenance, Status, Value

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine

MAX_UNDO = 32
"""Steps remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One call that changed something: what was there before, and what the ECU reported after.

    `why` is set where it can never be put back: `before_unknown` (nobody knew what was there), or
    `stopped_halfway` (a motion that was stopped stands where nobody asked it to).
    """

    call_id: str
    intent: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


class Undos:
    """The steps of one session, in the order they were done."""

    def __init__(self) -> None:
        self._steps: dict[str, UndoStep] = {}

    @property
    def steps(self) -> tuple[UndoStep, ...]:
        """What was done and not yet undone, newest first."""
        return tuple(reversed(self._steps.values()))

    def find(self, call_id: str) -> UndoStep | None:
        """One step, or without an id the newest."""
        return self._steps.get(call_id) if call_id else next(iter(self.steps), None)

    def did(self, step: UndoStep) -> None:
        """A call has changed something. Parts of one call make one step: first `before`, last `after`."""
        known = self._steps.pop(step.call_id, None)
        if known is not None:
            both = {**step.before, **known.before}, {**known.after, **step.after}
            step = replace(step, before=both[0], after=both[1], why=known.why or step.why)
        self._steps[step.call_id] = step
        while len(self._steps) > MAX_UNDO:
            del self._steps[next(iter(self._steps))]

    def forget(self, call_id: str) -> None:
        """What a call changed stands as before: there is nothing to undo."""
        self._steps.pop(call_id, None)

    def learn(self, run: Running, status: Status, code: str) -> None:
        """Take in a command that is over; one that was an undo takes its step away."""
        order = run.order
        if status is Status.DONE and order.undoes:
            self._steps.pop(order.undoes, None)
        elif order.undoes or order.restores is not None:
            return
        elif status is Status.DONE:
            why = "" if run.before.keys() == run.reported.keys() else "before_unknown"
            self.did(self._step(run, why))
        elif status is Status.STOPPED and run.moves and code != "superseded":
            self.did(self._step(run, "stopped_halfway"))

    @staticmethod
    def _step(run: Running, why: str) -> UndoStep:
        order = run.order
        return UndoStep(
            order.call_id, order.intent, dict(run.before), dict(run.reported), order.arguments, why
        )


def undoing(engine: "Engine", who: Provenance, now_ms: int, call_id: str) -> Order | Outcome:
    """The order that puts a step back (without an id the newest), or the outcome that says why not."""
    own_id = engine.memory.mint("undo")
    step = engine.undos.find(call_id)
    if step is None:
        return Outcome(own_id, "undo", Status.NO_ACTION, "nothing_to_undo")
    order, why = _order(step, who, own_id), _objection(engine, step, now_ms)
    return order if not why else Outcome(own_id, "undo", Status.DENIED, why)


def can_undo(engine: "Engine", who: Provenance, now_ms: int) -> tuple[Outcome, ...]:
    """What each step's undo would come to now, newest first, with nothing sent or remembered.

    `no_action` with code `can_undo`: it can be put back, and `actions` say to what. Else the status and code
    that say why not. `data` names the call: its id, its intent, its arguments.
    """
    return tuple(_shown(engine, step, who, now_ms) for step in engine.undos.steps)


def _shown(engine: "Engine", step: UndoStep, who: Provenance, now_ms: int) -> Outcome:
    data = {"call_id": step.call_id, "intent": step.intent, "arguments": dict(step.arguments)}
    why = _objection(engine, step, now_ms)
    if why:
        return Outcome(step.call_id, "undo", Status.DENIED, why, data=data)
    order = _order(step, who, step.call_id)
    verdict = engine.judge.verdict(order, engine.state, now_ms)
    status = DRY[verdict.decision]
    code = "can_undo" if status is Status.NO_ACTION else "rule"
    outcome = replace(judged(order, verdict, status, code), data=data)
    return replace(outcome, actions=reports(verdict)) if code == "can_undo" else outcome


def _order(step: UndoStep, who: Provenance, call_id: str) -> Order:
    actions = tuple(Action(path, value) for path, value in step.before.items())
    return Order(call_id, "undo", who, actions, undoes=step.call_id)


def _objection(engine: "Engine", step: UndoStep, now_ms: int) -> str:
    """Why the step cannot be put back whatever the rules say; empty when nothing speaks against it."""
    if step.why:
        return step.why
    if any(_is_recall(engine, path) for path in step.after):
        return "recalled"
    going = engine.commands.wanted(now_ms)
    for path, left in step.after.items():
        now, _ = engine.known(path, now_ms)
        if now is None:
            return "state_unknown"
        if now != left or type(now) is not type(left) or going.get(path, left) != left:
            return "changed_since"
    return ""


def _is_recall(engine: "Engine", path: str) -> bool:
    """Whether a path moves things to where they were stored: the slot before says not where they stood."""
    known = engine.profile.actuators.get(path)
    return known is not None and known.spec.type == "enum" and known.spec.motion is not None
