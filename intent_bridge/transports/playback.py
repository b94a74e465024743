"""A recorded drive, read back: frame by frame, or onto buses again at the times at which it was recorded."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import can

from intent_bridge.profile import Profile
from intent_bridge.transports.recording import NEEDS_MF4
from intent_bridge.types import RawFrame


class Logged(NamedTuple):
    """One data frame of a log; `time_s` counts as the log does."""

    time_s: float
    can_id: int
    extended: bool
    fd: bool
    data: bytes


def read_log(log: Path) -> Iterator[Logged]:
    """The data frames of a log, in order. ValueError, in one line, when it cannot be read."""
    if not log.is_file():
        raise ValueError(f"no file `{log}`: give a log that python-can reads (blf, asc, log, csv, mf4, trc)")
    try:
        with can.LogReader(log) as reader:
            for message in reader:
                if not message.is_error_frame and not message.is_remote_frame:
                    yield Logged(
                        message.timestamp,
                        message.arbitration_id,
                        bool(message.is_extended_id),
                        bool(message.is_fd),
                        bytes(message.data),
                    )
    except NotImplementedError as error:  # mf4, without its library
        raise ValueError(f"the log `{log}` {NEEDS_MF4}") from error
    except Exception as error:  # on bytes that are no log each reader of python-can raises what it likes
        raise ValueError(f"the log `{log}` cannot be read: {error}; is its name's ending right?") from error


def vehicle_frames(profile: Profile, log: Path) -> Iterator[tuple[int, RawFrame]]:
    """What the vehicle itself said in a log: (milliseconds since its first frame, frame).

    Frames are told apart by identifier, which is unique in a profile. Frames of no message of the profile are
    left out, and so are commands: a bridge that heard one from somebody else would fall silent.
    """
    commands = {actuator.command.message for actuator in profile.actuators.values()}
    buses = {(m.can_id, m.extended): m.bus for name, m in profile.messages.items() if name not in commands}
    first_s: float | None = None
    for one in read_log(log):
        first_s = one.time_s if first_s is None else first_s
        bus = buses.get((one.can_id, one.extended))
        if bus is not None:
            frame = RawFrame(bus, one.can_id, one.extended, one.fd, one.data)
            yield round((one.time_s - first_s) * 1000), frame


def play(
    frames: Iterable[tuple[int, RawFrame]],
    send: Callable[[RawFrame], None],
    now_ms: Callable[[], int],
    wait_ms: Callable[[int], bool],
) -> int:
    """Send each frame at its time; how many were sent. `wait_ms` is true when it is time to end."""
    start_ms, sent = now_ms(), 0
    for at_ms, frame in frames:
        due_ms = start_ms + at_ms - now_ms()
        if wait_ms(max(0, due_ms)):
            break
        send(frame)
        sent += 1
    return sent
