"""Errors as they come out of another process."""

import pickle
from pathlib import Path

import pytest

from intent_bridge import errors
from intent_bridge.errors import (
    AuditError,
    IntentBridgeError,
    InvariantError,
    Problem,
    ProfileError,
    SignalError,
    ToolCallError,
    TransportError,
)

PROBLEMS = [Problem(Path("a.yaml"), 3, "no such signal", "name one"), Problem(Path("b.dbc"), None, "torn")]
ERRORS = (
    ToolCallError("out_of_range", "give 16 to 28", "celsius"),
    ToolCallError("duplicate_key", "send each name once"),
    ProfileError(PROBLEMS),
    TransportError("the bus is gone"),
    AuditError("the log is broken"),
    SignalError("CLIMATE_CMD", "FanFLReq", "1000 is out of range"),
    SignalError("CLIMATE_CMD", "", "signals overlap"),
    InvariantError("cannot be"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_of_another_process_says_and_holds_the_same(error: IntentBridgeError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_every_kind_of_error_is_tried() -> None:
    ours = {kind for kind in IntentBridgeError.__subclasses__() if kind.__module__ == errors.__name__}
    assert {type(error) for error in ERRORS} == ours
