"""The stable codes by which a malformed call is refused, and how a hostile text is quoted in a message."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from intent_bridge.errors import ToolCallError

Code: TypeAlias = Literal[
    # the text or value is not sound data (front door)
    "not_json",
    "not_an_object",
    "too_large",
    "too_deep",
    "number_too_long",
    "not_finite",
    "duplicate_key",
    "lone_surrogate",
    "control_character",
    # the call does not fit its tool
    "unknown_tool",
    "missing_argument",
    "extra_argument",
    "conflicting_arguments",
    "wrong_type",
    "out_of_range",
    "off_step",
    "not_a_choice",
]

_QUOTED = 40
"""Longest piece of the model's own text that a message repeats."""


def refuse(code: Code, message: str, where: str = "") -> ToolCallError:
    """The error for a malformed call; `message` says what to mend, `where` names the argument."""
    return ToolCallError(code, message, where)


def at(where: str, error: ToolCallError) -> ToolCallError:
    """The same refusal, said of the argument `where`."""
    return ToolCallError(error.code, str(error).removeprefix(f"{error.where}: "), where)


def quote(text: str) -> str:
    """The model's own text, cut and in plain ASCII, so that a hostile one cannot fill or bend a message."""
    short = text if len(text) <= _QUOTED else text[:_QUOTED] + "..."
    return "`" + short.encode("ascii", "backslashreplace").decode().replace("`", "'") + "`"


def listed(words: Iterable[object]) -> str:
    """Choices for a message: `driver, passenger or all`."""
    *most, last = map(str, words)
    return f"{', '.join(most)} or {last}" if most else last
