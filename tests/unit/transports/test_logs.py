"""Logs of drives: what is read back, what ends a playback, and a disk that fails at the very end."""

import gc
from pathlib import Path

import can
import pytest

from intent_bridge.transports.messages import to_frame, to_message
from intent_bridge.transports.playback import play, read_log
from intent_bridge.transports.recording import Recorder
from intent_bridge.types import RawFrame

FRAME = RawFrame("body", 0x123, False, False, b"\x01\x02")


def test_only_the_data_frames_of_a_log_are_read(tmp_path: Path) -> None:
    log = tmp_path / "drive.blf"
    with can.Logger(log) as logger:
        logger.on_message_received(can.Message(arbitration_id=0x123, is_error_frame=True))
        logger.on_message_received(can.Message(arbitration_id=0x123, is_remote_frame=True))
        logger.on_message_received(to_message(FRAME))
    assert [(one.can_id, one.data) for one in read_log(log)] == [(FRAME.can_id, FRAME.data)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-can leaves it open
@pytest.mark.parametrize(("ending", "given"), [("blf", b"LOGG"), ("blf", bytes(200)), ("csv", b"a\n1,2\n")])
def test_a_file_that_is_no_log_or_ends_in_its_middle_is_named(
    tmp_path: Path, ending: str, given: bytes
) -> None:
    log = tmp_path / f"drive.{ending}"
    log.write_bytes(given)
    with pytest.raises(ValueError, match=rf"drive\.{ending}` cannot be read"):
        list(read_log(log))
    gc.collect()


def test_a_playback_keeps_the_times_of_its_frames_and_ends_when_it_is_told() -> None:
    now, waited, sent = [1000], list[int](), list[RawFrame]()

    def wait_ms(given: int) -> bool:
        waited.append(given)
        now[0] += given + 7
        return len(waited) == 3

    frames = [(0, FRAME), (100, FRAME), (102, FRAME), (500, FRAME)]
    assert play(frames, sent.append, lambda: now[0], wait_ms) == len(sent) == 2
    assert waited == [0, 93, 0]


def test_a_disk_that_fails_when_the_file_is_finished_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path / "drive.asc", ["body"])
    recorder.take(5, FRAME, received=True)
    recorder._logger.stop()

    def full() -> None:
        raise OSError("no space left")

    monkeypatch.setattr(recorder._logger, "stop", full)
    recorder.close()
    assert (recorder.frames, recorder.failed) == (1, "no space left")


def test_error_and_remote_frames_are_no_frames_of_ours() -> None:
    assert to_frame("body", to_message(FRAME)) == FRAME
    assert to_frame("body", can.Message(arbitration_id=1, is_error_frame=True)) is None
    assert to_frame("body", can.Message(arbitration_id=1, is_remote_frame=True)) is None
