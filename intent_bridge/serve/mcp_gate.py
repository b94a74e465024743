"""The verdict of the proxy, without a bus: from calls of theirs to permitted values of ours. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from intent_bridge.bridge.knowledge import SPEED
from intent_bridge.engine.effects import Order
from intent_bridge.engine.judge import Judge
from intent_bridge.engine.memory import Memory
from intent_bridge.engine.questions import Questions
from intent_bridge.errors import ToolCallError
from intent_bridge.guard import Guard, load_packs, usable
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.profile import Profile, from_vss, plain, to_vss
from intent_bridge.resolver import Absolute, Ambiguous, Context, Nothing, Report, resolve
from intent_bridge.serve.mcp_mapping import Mapping_, Where
from intent_bridge.types import (
    ActionReport,
    Decision,
    Outcome,
    Permit,
    Provenance,
    Quality,
    Sample,
    Status,
    ToolCall,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Permitted:
    """What the guard allows to be sent for one call."""

    order: Order
    verdict: Verdict
    permit: Permit


class Gate:
    """The guard of one upstream server. What it does not know, it does not allow; it never defers."""

    def __init__(self, profile: Profile, catalogue: Catalogue, mapping: Mapping_, secret: bytes) -> None:
        self.profile, self._catalogue, self._mapping = profile, catalogue, mapping
        self._judge = Judge(Guard(profile, load_packs(profile)))
        self._questions = Questions(secret, profile.file.confirmation_ms)
        self.memory = Memory()
        self.state: dict[str, Sample] = {}

    def learn(self, values: Mapping[str, Where], answer: object, now_ms: int) -> None:
        """Take what their server says of its state; what cannot be read is unknown."""
        for path, where in values.items():
            quantity = self.profile.sensors[path].quantity
            found = _at(answer, where.at)
            try:
                value = from_vss(quantity, where.map.get(str(found), found) if where.map else found)
            except ValueError:
                quality = Quality.NOT_AVAILABLE if found is None else Quality.OUT_OF_RANGE
                self.state[path] = Sample(None, now_ms, quality)
            else:
                self.state[path] = Sample(value, now_ms, Quality.OK)

    def moving(self, now_ms: int) -> bool:
        """Whether the vehicle moves, or nobody knows: then texts are short."""
        if SPEED not in self.profile.sensors:
            return True
        value, _ = usable(self.state.get(SPEED), self.profile.sensors[SPEED], now_ms)
        return value != 0

    def decide(self, call: ToolCall, who: Provenance, now_ms: int) -> Permitted | Outcome:
        """What may be sent for a call, or its outcome."""
        context = Context(
            self.profile,
            self._catalogue,
            who,
            lambda path: usable(self.state.get(path), self.profile.sensors[path], now_ms),
            {},
        )
        try:
            intent = self._catalogue.parse(call)
            found = intent if isinstance(intent, NotEquipped) else resolve(intent, context)
        except ToolCallError as error:
            return Outcome(call.id, call.name, Status.INVALID, error.code, str(error))
        match found:
            case Absolute(actions=actions, arguments=arguments):
                order = Order(call.id, call.name, who, actions, arguments)
                return self._judged(order, now_ms)
            case Ambiguous():
                return Outcome(call.id, call.name, Status.NEEDS_CHOICE, "which_zone")
            case Nothing(code=code):
                return Outcome(call.id, call.name, Status.NO_EFFECT, code)
            case Report(data=data):
                return Outcome(call.id, call.name, Status.NO_ACTION, "report", data=data)
            case NotEquipped():
                return Outcome(call.id, call.name, Status.NOT_EQUIPPED, "no_actuator", str(found))
            case _:
                return Outcome(call.id, call.name, Status.DENIED, "state_unknown")

    def confirmed(self, token: str, yes: bool, who: Provenance, now_ms: int) -> Permitted | Outcome:
        """What may be sent now that a person has answered; judged again with the state of this moment."""
        question = self._questions.take(token, who, now_ms)
        if isinstance(question, str):
            return Outcome("", "confirm", Status.DENIED, question)
        order = question.order
        if not yes:
            return Outcome(
                order.call_id, order.intent, Status.NO_ACTION, "declined", verdict=question.verdict
            )
        verdict = self._judge.verdict(order, self.state, now_ms, confirmed=True)
        if verdict.digest != question.verdict.digest or verdict.permit is None:
            void = Outcome(order.call_id, order.intent, Status.DENIED, "confirmation_void")
            return replace(void, verdict=verdict)
        return self._sendable(Permitted(order, verdict, verdict.permit))

    def over(self, permitted: Permitted, now_ms: int) -> Outcome:
        """The outcome of what was sent: done only where their state says so."""
        self._judge.history = self._judge.history.ended(permitted.permit.emitted, now_ms)
        reports = []
        for action, emitted in zip(permitted.verdict.requested, permitted.verdict.emitted, strict=True):
            info = self.profile.sensors[emitted.path]
            value, _ = usable(self.state.get(emitted.path), info, now_ms)
            seen = value if value == emitted.value else None
            reports.append(ActionReport(emitted.path, action.value, emitted.value, seen))
        done = all(report.confirmed is not None for report in reports)
        order, status = permitted.order, Status.DONE if done else Status.SENT
        return Outcome(order.call_id, order.intent, status, verdict=permitted.verdict, actions=tuple(reports))

    def begun(self, permitted: Permitted, now_ms: int) -> None:
        """The first value is on its way."""
        self._judge.history = self._judge.guard.remember(
            self._judge.history, permitted.permit.emitted, self.state, now_ms
        )

    def theirs(self, path: str, permit: Permit) -> tuple[str, dict[str, Any]]:
        """Their tool and arguments for one permitted value."""
        sent = self._mapping.actuators[path]
        value = plain(to_vss(self.profile.actuators[path].spec, permit.emitted[path]))
        return sent.tool, {**sent.arguments, sent.value: sent.map.get(str(value), value)}

    def _judged(self, order: Order, now_ms: int) -> Permitted | Outcome:
        if self._judge.locked(order, now_ms):
            return Outcome(order.call_id, order.intent, Status.DENIED, "locked_out")
        verdict = self._judge.verdict(order, self.state, now_ms)
        self._judge.denied(order, verdict, now_ms)
        if verdict.decision is Decision.CONFIRM:
            asked = self._questions.ask(order, verdict, now_ms)
            shown = tuple(
                ActionReport(r.path, r.value, e.value)
                for r, e in zip(verdict.requested, verdict.emitted, strict=True)
            )
            return Outcome(
                order.call_id, order.intent, Status.NEEDS_CONFIRMATION, verdict=verdict,
                confirmation=asked, actions=shown,
            )  # fmt: skip
        if verdict.permit is None:
            return Outcome(order.call_id, order.intent, Status.DENIED, "rule", verdict=verdict)
        return self._sendable(Permitted(order, verdict, verdict.permit))

    def _sendable(self, permitted: Permitted) -> Permitted | Outcome:
        """All of it can be sent, or none of it is."""
        order = permitted.order
        for path in permitted.permit.emitted:
            if path not in self._mapping.actuators:
                return Outcome(
                    order.call_id, order.intent, Status.NOT_EQUIPPED, "no_actuator", f"nothing sends {path}"
                )
        return permitted


def _at(answer: object, where: str) -> object:
    """The part of an answer at a dotted place; None where there is none."""
    for step in where.split("."):
        if isinstance(answer, Mapping):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdigit() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    return answer
