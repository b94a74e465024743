"""How an outcome looks on a terminal: asked, judged, sent, confirmed, said. Plain text when piped."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from intent_bridge.cli.protocol import OutcomeLine, Rule
from intent_bridge.types import Frame

LABEL_WIDTH = 11
STYLES = {
    "done": "green",
    "no_effect": "green",
    "no_action": "green",
    "sent": "cyan",
    "deferred": "yellow",
    "needs_confirmation": "yellow",
    "needs_choice": "yellow",
    "stopped": "yellow",
}
"""Every other status is red."""
ABOUT = frozenset({"permit", "stop", "mux", "e2e"})
"""Origins of the signals that a frame is about; the others it only carries along."""


def console() -> Console:
    """Standard output: colour on a terminal only (NO_COLOR is honoured), no line broken in a pipe."""
    return Console(highlight=False, soft_wrap=True)


class Show:
    """Prints outcomes."""

    def __init__(self, out: Console) -> None:
        self._out = out

    def line(self, label: str, text: str | Text, style: str = "") -> None:
        """One line under a label."""
        body = text if isinstance(text, Text) else Text(text, style=style)
        self._out.print(Text.assemble((f"  {label:<{LABEL_WIDTH}}", "dim"), body))

    def title(self, text: str) -> None:
        """The heading of one request."""
        self._out.print(Text(text, style="bold"))

    def blank(self) -> None:
        """The end of one request."""
        self._out.print()

    def outcome(self, outcome: OutcomeLine, frames: Sequence[Frame] | None = None) -> None:
        """Everything a person wants to know about one outcome, with the frames sent for it."""
        status = Text(outcome.status.value, style=STYLES.get(outcome.status.value, "red"))
        if outcome.code:
            status.append(f" ({outcome.code})")
        if outcome.verdict.decision is not None:
            self.line("verdict", outcome.verdict.decision)
        for rule in _without_repeats(outcome.verdict.rules):
            self.line("", f"{rule.id} ({rule.effect}): {rule.why}", "dim")
        for text in outcome.verdict.unlock:
            self.line("", f"needs {text}", "dim")
        for frame in frames or ():
            self.frame(frame)
        self.line("outcome", status)
        for action in outcome.actions:
            if action.confirmed is not None:
                self.line("ECU says", f"{action.path} = {_json(action.confirmed)}")
        if outcome.message:
            self.line("to model", outcome.message)
        if outcome.data:
            self.line("data", _cut(_json(outcome.data)))
        for language, text in outcome.say.items():
            self.line(f"says {language}", text, "bold")

    def frame(self, frame: Frame) -> None:
        """One frame: bus, identifier, bytes, and the signals it is about."""
        raw = frame.raw
        width = 8 if raw.extended else 3
        body = Text(f"{raw.bus} {raw.can_id:0{width}X} [{len(raw.data)}] ", style="cyan")
        body.append(raw.data.hex(" ").upper())
        self.line("frame", body)
        asks = ABOUT if ABOUT & set(frame.origins.values()) - {"mux", "e2e"} else {*ABOUT, "neutral"}
        shown = {n: v for n, v in frame.signals.items() if frame.origins.get(n) in asks}
        rest = len(frame.signals) - len(shown)
        text = "  ".join(f"{name}={_value(value)}" for name, value in shown.items())
        self.line("", f"{frame.message}: {text}" + (f"  (+{rest} as they are)" if rest else ""), "dim")


def _without_repeats(rules: tuple[Rule, ...]) -> list[Rule]:
    """One line per rule and reason, however many paths it was about."""
    return list({(rule.id, rule.why): rule for rule in rules}.values())


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, width: int = 160) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
