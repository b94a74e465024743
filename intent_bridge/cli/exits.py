"""Exit codes of the command line, and how its errors look: one line and a hint."""

from enum import IntEnum

from intent_bridge.errors import (
    AuditError,
    IntentBridgeError,
    InvariantError,
    ProfileError,
    ToolCallError,
    TransportError,
)


class Exit(IntEnum):
    """What a script can rely on."""

    OK = 0
    NO = 1  # the answer is no: not carried out, a difference found
    USAGE = 2  # the command line is wrong
    VEHICLE = 3  # the vehicle's data cannot be used
    BUS = 4  # a bus does not open or does not take a frame
    BUG = 70  # a check that only a bug of ours can fail has failed
    INTERRUPTED = 130  # Ctrl-C


class UsageProblem(Exception):
    """The command line asks for something that cannot be; `hint` says what could."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def exit_code(error: IntentBridgeError) -> Exit:
    """The exit code for an error of the library."""
    match error:
        case ProfileError():
            return Exit.VEHICLE
        case TransportError():
            return Exit.BUS
        case InvariantError():
            return Exit.BUG
        case ToolCallError() | AuditError():
            return Exit.USAGE
        case _:
            return Exit.BUG


HINTS = {
    Exit.VEHICLE: "mend the file, then run `intent-bridge check VEHICLE`",
    Exit.BUS: "give --bus NAME=INTERFACE:CHANNEL, for example --bus body=socketcan:can0",
    Exit.USAGE: "see `intent-bridge VERB --help`",
    Exit.BUG: "please report this with the command that led to it",
}
