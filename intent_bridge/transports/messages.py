"""Frames as python-can has them, and back. Identifier width and FD flag are always explicit."""

from typing import Any

import can

from intent_bridge.types import RawFrame


class _Ours(can.Message):
    """A message that says how it is copied: the virtual bus copies each one, and python-can asks long how."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any] | None) -> can.Message:
        copied = self.__copy__()
        copied.data = self.data[:]
        return copied


def to_message(frame: RawFrame) -> can.Message:
    """The frame as python-can sends it (whose own default would be an extended identifier)."""
    return _Ours(
        arbitration_id=frame.can_id,
        is_extended_id=frame.extended,
        is_fd=frame.fd,
        bitrate_switch=frame.fd,
        data=frame.data,
        check=True,
    )


def to_frame(bus: str, message: can.Message) -> RawFrame | None:
    """The data frame a python-can message is; None for error and remote frames."""
    if message.is_error_frame or message.is_remote_frame:
        return None
    return RawFrame(
        bus, message.arbitration_id, bool(message.is_extended_id), bool(message.is_fd), bytes(message.data)
    )
