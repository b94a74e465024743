"""An outcome as the line protocol writes it: physical values, frames in hex, texts for people."""

from dataclasses import replace
from typing import Any, cast

from intent_bridge.bridge import Bridge
from intent_bridge.cli.protocol import (
    ActionOut,
    CallOut,
    ChoiceOut,
    ConfirmationOut,
    FrameOut,
    OutcomeLine,
    Rule,
    TimingOut,
    VerdictOut,
    VssValue,
)
from intent_bridge.profile import Profile, plain, to_vss
from intent_bridge.texts import texts_for
from intent_bridge.types import ActionReport, Frame, Outcome, RuleHit, Value, Verdict


class Answers:
    """Writes outcomes of one bridge; `language` is that of the texts which come in one language only."""

    def __init__(self, bridge: Bridge, language: str = "en") -> None:
        self._bridge, self._profile = bridge, bridge.profile
        self._texts, self._language = texts_for(bridge.profile), language

    def outcome(self, outcome: Outcome) -> OutcomeLine:
        """One outcome, whole."""
        if not outcome.texts:
            outcome = replace(outcome, texts=self._texts.render(outcome))
        question = outcome.confirmation
        return OutcomeLine(
            call_id=outcome.call_id,
            intent=outcome.intent,
            status=outcome.status,
            code=outcome.code,
            message=outcome.message,
            verdict=self._verdict(outcome.verdict),
            confirmation=None
            if question is None
            else ConfirmationOut(
                token=question.token, text=outcome.texts[self._language], expires_ms=question.expires_ms
            ),
            choices=tuple(
                ChoiceOut(
                    call=CallOut(name=choice.name, arguments=dict(choice.arguments)),
                    text=text,
                )
                for choice, text in zip(
                    outcome.choices, self._texts.choices(outcome.choices, self._language), strict=True
                )
            ),
            actions=tuple(action_out(self._profile, report) for report in outcome.actions),
            frames=tuple(frame_out(frame) for frame in outcome.frames),
            data=dict(outcome.data),
            say=dict(outcome.texts),
            tool_result=self._bridge.tool_result(outcome),
            timing_us=TimingOut(
                **{k: v for k, v in outcome.timing_us.items() if k in TimingOut.model_fields}
            ),
        )

    def _verdict(self, verdict: Verdict | None) -> VerdictOut:
        if verdict is None:
            return VerdictOut(decision=None)
        word = cast(Any, verdict.decision.word)
        return VerdictOut(
            decision=word, rules=tuple(self._rule(hit) for hit in verdict.hits), unlock=verdict.unlock
        )

    def _rule(self, hit: RuleHit) -> Rule:
        why = self._texts.reason(hit, self._language)
        if hit.unknown:
            why += " (" + ", ".join(f"{path}: {quality.value}" for path, quality in hit.unknown) + ")"
        return Rule(id=hit.id, path=hit.path, effect=hit.effect.word, why=why)


def action_out(profile: Profile, report: ActionReport) -> ActionOut:
    """One action in VSS units."""

    quantity = profile.actuators[report.path].spec

    def vss(value: Value) -> VssValue:
        try:
            return plain(to_vss(quantity, value))
        except ValueError:  # asked for and refused: not a value of this path, shown as it is
            return value

    return ActionOut(
        path=report.path,
        requested=vss(report.requested),
        emitted=None if report.emitted is None else vss(report.emitted),
        confirmed=None if report.confirmed is None else vss(report.confirmed),
    )


def frame_out(frame: Frame) -> FrameOut:
    """One frame as bytes and as named physical values."""
    raw = frame.raw
    return FrameOut(
        bus=raw.bus,
        id=raw.can_id,
        extended=raw.extended,
        fd=raw.fd,
        data=raw.data.hex(),
        signals=dict(frame.signals),
    )
