"""Units that the rule language converts, exactly. Only multiples of one another: no offsets, no rounding."""

from fractions import Fraction
from typing import Final

_DIMENSIONS: Final[dict[str, dict[str, int | Fraction]]] = {
    "speed": {"km/h": Fraction(1), "m/s": Fraction(18, 5)},
    "length": {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000},
    "time": {"ms": 1, "s": 1000, "min": 60_000},
    "part": {"%": 1, "percent": 1},
    "temperature": {"Celsius": 1, "celsius": 1, "°C": 1},
    "angle": {"degrees": 1, "degree": 1, "deg": 1, "°": 1},
    "power": {"W": 1, "kW": 1000},
    "count": {"": 1, "level": 1, "levels": 1, "none": 1},
}
_UNITS: Final = {
    spelling: (dimension, Fraction(factor))
    for dimension, spellings in _DIMENSIONS.items()
    for spelling, factor in spellings.items()
}


def unit(spelling: str) -> tuple[str, Fraction]:
    """Dimension and factor of a unit; one that is not in the table is a dimension of its own (`ppm`)."""
    return _UNITS.get(spelling, (spelling, Fraction(1)))
