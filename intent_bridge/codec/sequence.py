"""What a receiver makes of the counters of one protected message (AUTOSAR E2E check status)."""

from enum import StrEnum


class CheckStatus(StrEnum):
    """Verdict on one received frame, in AUTOSAR's words."""

    OK = "ok"
    REPEATED = "repeated"  # the counter stands still: an old frame again
    WRONG_SEQUENCE = "wrong_sequence"  # more frames lost than allowed; refused once, then followed
    ERROR = "error"  # checksum, data id or length wrong
    NO_NEW_DATA = "no_new_data"  # nothing was received


class Counters:
    """Judges the counters of one message in the order received.

    `max_delta` is the largest step that is accepted: 1 tolerates no lost frame, 2 one, and so on. The
    first good frame is accepted whatever its counter. `last` is the counter to which the next one is
    compared, None before the first.
    """

    def __init__(self, counters: int, max_delta: int) -> None:
        self._counters, self._max_delta = counters, max_delta
        self.last: int | None = None

    def judge(self, counter: int | None) -> CheckStatus:
        """Take in the counter of a frame whose checksum was right, or None where it was wrong."""
        if counter is None:
            return CheckStatus.ERROR
        last, self.last = self.last, counter
        if last is None:
            return CheckStatus.OK
        delta = (counter - last) % self._counters
        if delta == 0:
            return CheckStatus.REPEATED
        return CheckStatus.OK if delta <= self._max_delta else CheckStatus.WRONG_SEQUENCE
