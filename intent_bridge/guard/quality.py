"""Whether a sample may be used by a rule, and if not, why. A sample that may not be used is unknown.

Age is measured on the one monotonic clock of the caller. A value must be of exactly the path's type and
within its range: `True` is no number here and `1` no boolean.
"""

from dataclasses import dataclass

from ..profile import FactInfo, SensorInfo
from ..profile.model import Quantity
from ..types import Quality, Sample, Value


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a usable value of one path looks like: numbers lie in `low` to `high`, enums in `members`."""

    path: str
    max_age_ms: int
    type: type[int] | type[bool] | type[str]
    low: int = 0
    high: int = 0
    members: frozenset[str] = frozenset()

    @classmethod
    def of(cls, path: str, quantity: Quantity, max_age_ms: int) -> "Gauge":
        """The gauge of one path."""
        if quantity.type == "number":
            return cls(path, max_age_ms, int, quantity.low, quantity.high)
        if quantity.type == "boolean":
            return cls(path, max_age_ms, bool)
        return cls(path, max_age_ms, str, members=frozenset(quantity.values or ()))

    def fits(self, value: object) -> bool:
        """True when `value` is of the path's type and within its bounds."""
        kind = type(value)
        if kind is not self.type:
            return False
        if kind is int:
            return self.low <= value <= self.high  # type: ignore[operator]  # an int: its type was compared
        return kind is bool or value in self.members

    def read(self, sample: Sample | None, now_ms: int) -> tuple[Value | None, Quality]:
        """The sample's value with OK, or None with the reason why it is unknown."""
        if sample is None:
            return None, Quality.MISSING
        if sample.quality is not Quality.OK:
            return None, sample.quality
        if sample.value is None:
            return None, Quality.NOT_AVAILABLE
        age_ms = now_ms - sample.received_ms
        if age_ms < 0:
            return None, Quality.FUTURE
        if age_ms > self.max_age_ms:
            return None, Quality.STALE
        if not self.fits(sample.value):
            return None, Quality.OUT_OF_RANGE
        return sample.value, Quality.OK


def usable(sample: Sample | None, info: SensorInfo | FactInfo, now_ms: int) -> tuple[Value | None, Quality]:
    """The value of one path's sample at `now_ms` with OK, or None with the reason why it is unknown."""
    return Gauge.of(info.path, info.quantity, info.max_age_ms).read(sample, now_ms)
