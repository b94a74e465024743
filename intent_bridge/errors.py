"""Every exception of this library, named after who has to act.

    IntentBridgeError
    ├── ToolCallError     the model: its call does not parse or does not fit the schema
    ├── ProfileError      the integrator: a profile, DBC, pack or scene is wrong (at load, all at once)
    ├── TransportError    the bus: a frame could not be sent or received
    ├── AuditError        the operator: the audit log cannot be written, or is broken
    ├── SignalError       the caller of the codec: a value or a frame does not fit its DBC message
    └── InvariantError    us: a check that only a bug can fail has failed; nothing is sent

A refused request is not an exception; it is an `Outcome`. All of them go through a process pool and come out
the same.
"""

from dataclasses import dataclass
from pathlib import Path


class IntentBridgeError(Exception):
    """Base class of all errors of this library."""


class ToolCallError(IntentBridgeError):
    """The model's call is malformed; goes back to the model as an `invalid` outcome.

    `code` is stable and machine-readable (`duplicate_key`, `out_of_range`, …), `where` is the path of
    the offending argument (`celsius`), the message tells the model what to mend.
    """

    def __init__(self, code: str, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.code = code
        self.where = where
        self._given = (code, message, where)

    def __reduce__(self) -> tuple[type["ToolCallError"], tuple[str, str, str]]:
        return type(self), self._given


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a person must mend in a file: where it is, what is wrong, and the mend."""

    file: Path
    line: int | None
    what: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        return f"{place}: {self.what}" + (f"; {self.mend}" if self.mend else "")


class ProfileError(IntentBridgeError):
    """A vehicle's data cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type["ProfileError"], tuple[list[Problem]]]:
        return type(self), (list(self.problems),)


class TransportError(IntentBridgeError):
    """A frame could not be sent or received; keeps the bus library's own error as its cause."""


class AuditError(IntentBridgeError):
    """The audit log cannot be opened, is written by another process, or is broken."""


class SignalError(IntentBridgeError):
    """A value cannot be encoded, a frame cannot be decoded, or a message cannot be compiled.

    The one exception of the DBC codec. `message` and `signal` are DBC names (`signal` is empty where the
    whole message is meant); the text is `MESSAGE.Signal: what is wrong; the mend`.
    """

    def __init__(self, message: str, signal: str, what: str) -> None:
        super().__init__(f"{message}.{signal}: {what}" if signal else f"{message}: {what}")
        self.message = message
        self.signal = signal
        self._what = what

    def __reduce__(self) -> tuple[type["SignalError"], tuple[str, str, str]]:
        return type(self), (self.message, self.signal, self._what)


class InvariantError(IntentBridgeError):
    """A check that only a bug of ours can fail has failed; nothing is sent."""
