"""The one helper that builds messages; `colcon test` runs this. The nodes are tested in tests/ros."""

import pytest
from can_msgs.msg import Frame
from intent_bridge_msgs import msg, srv
from intent_bridge_ros.checked import MessageError, make
from intent_bridge_ros.messages import duration


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        (msg.Provenance, {"speaker": 300}, "speaker"),
        (msg.Provenance, {"speaker": -1}, "speaker"),
        (msg.Provenance, {"speaker": True and "1"}, "speaker"),
        (msg.Provenance, {"speeker": 1}, "speeker"),
        (msg.PathValue, {"number": float("nan")}, "number"),
        (msg.PathValue, {"number": float("-inf")}, "number"),
        (msg.PathValue, {"text": "cut\0off"}, "NUL"),
        (msg.PathValue, {"text": "x" * 129}, "text"),
        (msg.Outcome, {"sequence": 2**64}, "sequence"),
        (msg.Verdict, {"rules": ["a", "b\0"]}, "NUL"),
        (srv.Confirm.Request, {"token": b"bytes"}, "token"),
    ],
)
def test_a_message_that_rclpy_would_spoil_in_silence_is_refused(
    kind: type, fields: dict, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROS_PYTHON_CHECK_FIELDS", raising=False)
    with pytest.raises(MessageError, match=says):
        make(kind, **fields)


def test_a_sound_message_has_the_fields_that_were_given() -> None:
    said = make(msg.PathValue, path="Vehicle.Speed", kind=msg.PathValue.KIND_NUMBER, number=1.5, unit="km/h")
    assert (said.path, said.kind, said.number, said.unit) == ("Vehicle.Speed", 1, 1.5, "km/h")


def test_a_duration_is_never_negative() -> None:
    assert (duration(1500).sec, duration(1500).nanosec) == (1, 500_000_000)
    assert (duration(-5).sec, duration(-5).nanosec) == (0, 0)


def test_what_is_set_later_is_still_looked_at() -> None:
    said = make(msg.Provenance, speaker=1)
    with pytest.raises(AssertionError, match="speaker"):
        said.speaker = 300


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (msg.Verdict, "decision", True),  # rclpy takes a bool for a number
        (msg.Verdict, "rules", ("a", "b")),  # and any sequence for a list
        (Frame, "data", list(range(8))),  # an array, which is rclpy's to look at
    ],
)
def test_what_only_rclpy_can_tell_is_left_to_rclpy(kind: type, name: str, value: object) -> None:
    said = getattr(make(kind, **{name: value}), name)
    assert (said if isinstance(value, bool) else list(said)) == (
        value if isinstance(value, bool) else [*value]
    )
