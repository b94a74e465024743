"""What a reader gives back, and the half-way forms that the dialects share."""

from collections.abc import Mapping
from dataclasses import dataclass

from intent_bridge.errors import ToolCallError


@dataclass(frozen=True, slots=True)
class ParsedCall:
    """One call as the model wrote it: sound form, meaning not yet judged. `id` is None where it has none."""

    name: str
    arguments: Mapping[str, object]
    id: str | int | None = None


@dataclass(frozen=True, slots=True)
class ReadError:
    """Why nothing of a message may be acted on: a stable code, and a sentence for the model to mend it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one message of a model holds.

    A refused message has no calls and an `error`. `rest` is the text around the calls. `complete` is false
    when the message was cut off; calls that had ended before the cut are kept. `salvaged` says, one
    sentence each, what was not as its dialect defines it and was still understood without doubt: a host
    must not let such a call reach a driver assistance setting.
    """

    calls: tuple[ParsedCall, ...] = ()
    rest: str = ""
    error: ReadError | None = None
    complete: bool = True
    salvaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawCall:
    """One call out of its envelope, before its name, id and arguments are checked.

    `arguments` is JSON text or a parsed object. `typed`: the format writes no types, so they came from the
    tool's schema, and null stands for a parameter left out.
    """

    name: object
    arguments: object
    id: object = None
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message out of its dialect: calls, the text around them, and how it ended."""

    calls: tuple[RawCall, ...] = ()
    rest: str = ""
    complete: bool = True
    error: ToolCallError | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that is still being written: its name, if known yet, and its arguments so far, as text."""

    name: str | None
    arguments: str


def cut_off(what: str) -> ToolCallError:
    """The refusal of a message that ended before its call did."""
    return ToolCallError("incomplete", f"{what}; send the whole call again")
