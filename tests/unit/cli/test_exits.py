"""Every error of the library has its exit code."""

from pathlib import Path

import pytest

from intent_bridge.cli.exits import Exit, exit_code
from intent_bridge.errors import (
    AuditError,
    IntentBridgeError,
    InvariantError,
    Problem,
    ProfileError,
    ToolCallError,
    TransportError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProfileError([Problem(Path("a.yaml"), 1, "wrong", "mend it")]), Exit.VEHICLE),
        (TransportError("gone"), Exit.BUS),
        (InvariantError("never"), Exit.BUG),
        (ToolCallError("wrong_type", "no number"), Exit.USAGE),
        (AuditError("full"), Exit.USAGE),
        (IntentBridgeError("of no kind"), Exit.BUG),
    ],
)
def test_a_script_can_tell_the_errors_apart(error: IntentBridgeError, code: Exit) -> None:
    assert exit_code(error) is code
