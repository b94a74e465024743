"""Whether a protected message can be trusted at all: AUTOSAR's E2E state machine over the last checks.

One bad frame is a disturbance, many are a broken link. The thresholds come from the profile, message by
message (PRS_E2EProtocol, "E2E state machine"). Repeated frames and jumps count neither as good nor as bad.
"""

from collections import deque
from enum import StrEnum

from intent_bridge.codec.sequence import CheckStatus
from intent_bridge.profile.protection_model import Window as WindowSpec


class LinkState(StrEnum):
    """AUTOSAR's states of one message's reception."""

    NO_DATA = "no_data"  # nothing usable was received yet
    INIT = "init"  # something was, but not yet enough
    VALID = "valid"  # values count
    INVALID = "invalid"  # too many errors, or too few good frames


class Window:
    """The state machine of one message."""

    def __init__(self, spec: WindowSpec) -> None:
        self._spec = spec
        self._last: deque[CheckStatus] = deque(maxlen=spec.size.valid)
        self.state = LinkState.NO_DATA

    def add(self, status: CheckStatus) -> LinkState:
        """Take in the check of one frame (or that none came); the state from now on."""
        self._last.append(status)
        size, min_ok, max_error = self._spec.size, self._spec.min_ok, self._spec.max_error
        match self.state:
            case LinkState.NO_DATA:
                if status not in (CheckStatus.ERROR, CheckStatus.NO_NEW_DATA):
                    self.state = LinkState.INIT
            case LinkState.INIT:
                good, bad = self._count(size.init)
                if bad > max_error.init:
                    self._give_up()
                elif good >= min_ok.init:
                    self.state = LinkState.VALID
            case LinkState.VALID:
                good, bad = self._count(size.valid)
                if bad > max_error.valid or good < min_ok.valid:
                    self._give_up()
            case _:  # invalid
                good, bad = self._count(size.invalid)
                if bad <= max_error.invalid and good >= min_ok.invalid:
                    self.state = LinkState.VALID
        return self.state

    def _count(self, size: int) -> tuple[int, int]:
        last = list(self._last)[-size:]
        return last.count(CheckStatus.OK), last.count(CheckStatus.ERROR)

    def _give_up(self) -> None:
        self.state = LinkState.INVALID
        if self._spec.clear_to_invalid:
            self._last.clear()
