"""Names for what goes wrong on a bus: error frames and error numbers read into conditions.

python-can's `Bus.state` stays ACTIVE when a SocketCAN controller is bus-off, and sends are then swallowed
without an error; only error frames and the link's own state tell.
"""

import errno
from typing import Final

import can

from intent_bridge.transports.condition import Condition

_NAMES: Final = {
    errno.ENOBUFS: Condition.TX_QUEUE_FULL,
    errno.EAGAIN: Condition.TX_QUEUE_FULL,
    errno.ENETDOWN: Condition.LINK_DOWN,
    errno.ENETUNREACH: Condition.LINK_DOWN,
    errno.ENODEV: Condition.UNPLUGGED,
    errno.ENXIO: Condition.UNPLUGGED,
    errno.EIO: Condition.UNPLUGGED,
    errno.EBADF: Condition.UNPLUGGED,
}

# linux/can/error.h: classes are bits of the identifier, the controller's own problems are bits of byte 1
_CLASS_CONTROLLER: Final = 0x004
_CLASS_BUS_OFF: Final = 0x040
_CLASS_RESTARTED: Final = 0x100
_OVERFLOW: Final = 0x01
_PASSIVE: Final = 0x10 | 0x20
_BETTER: Final = 0x04 | 0x08 | 0x40
"""Warning levels and `active`: no longer passive."""


def name_error(error: BaseException) -> Condition:
    """The condition that an exception of python-can or of the operating system stands for."""
    seen: BaseException | None = error
    while seen is not None:
        for number in (getattr(seen, "error_code", None), getattr(seen, "errno", None)):
            if isinstance(number, int) and number in _NAMES:
                return _NAMES[number]
        seen = seen.__cause__ or seen.__context__
    return Condition.TX_QUEUE_FULL if "buffer full" in str(error).lower() else Condition.FAILED


def read_error_frame(message: can.Message) -> tuple[Condition, str] | None:
    """The condition that an error frame announces, with its bits in words; None when it changes none."""
    kind = message.arbitration_id
    detail = f"error frame {kind:#05x} {bytes(message.data).hex()}"
    if kind & _CLASS_BUS_OFF:
        return Condition.BUS_OFF, detail
    if kind & _CLASS_RESTARTED:
        return Condition.OK, detail
    if kind & _CLASS_CONTROLLER and len(message.data) > 1:
        bits = message.data[1]
        if bits & _PASSIVE:
            return Condition.ERROR_PASSIVE, detail
        if bits & _OVERFLOW:
            return Condition.RX_OVERFLOW, detail
        if bits & _BETTER:
            return Condition.OK, detail
    return None
