"""Strict conversion of one signal's physical value to its raw number, and the rounding rule.

A physical value is an int, a float, or the DBC's name of a value. A boolean never passes for 0 or 1;
other types that equal a number pass as that number or are refused, never as another. With
`steps = (value - offset) / factor`, taken exactly on the decimal text of the three numbers:

- the value lies *on the grid* when `steps` is within a millionth of a whole number (or within the
  precision of a double, where that is coarser: above 2**31 steps); that number is the raw number;
- between two grid points the policy decides: `refuse`; `nearest` (a value exactly half way goes to the
  even raw number); `toward` (to the neighbour that lies toward the signal's safe value);
- value and result must lie in the DBC's range, with the same tolerance of a millionth of a step,
  unless the DBC names the raw number; and the result must fit into the signal's bits.

A float signal has no grid: the nearest representable number is taken, overflow is refused.
"""

import math
import struct
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from intent_bridge.codec.layout import Slot
from intent_bridge.errors import SignalError

Physical: TypeAlias = int | float | str
OffGrid: TypeAlias = Literal["refuse", "nearest", "toward"]

_QUICK_MAX: Final = 1 << 28
"""Up to so many steps, three roundings of a double come to less than a tenth of the tolerance."""

_TOLERANCE: Final = Fraction(1, 1_000_000)
_DOUBLE: Final = Fraction(1, 1 << 51)
_FLOATS: Final = {16: struct.Struct(">e"), 32: struct.Struct(">f"), 64: struct.Struct(">d")}


def float_of_bits(bits: int, length: int) -> float:
    """The IEEE 754 number that these 16, 32 or 64 bits are."""
    number: float = _FLOATS[length].unpack(bits.to_bytes(length // 8, "big"))[0]
    return number


def bits_of_float(number: float, length: int) -> int:
    """IEEE 754 bits of the nearest representable number; OverflowError when there is none."""
    return int.from_bytes(_FLOATS[length].pack(number), "big")


class Converter:
    """Physical value to raw number for one signal, strictly; every refusal is a SignalError."""

    def __init__(
        self, message: str, slot: Slot, off_grid: OffGrid = "refuse", safe: Physical | None = None
    ) -> None:
        self.message, self.slot = message, slot
        self.off_grid: OffGrid = off_grid
        self._scale, self._offset = _exact(slot.scale), _exact(slot.offset)
        bounds = [self._steps(b) for b in (slot.minimum, slot.maximum)]
        self._low, self._high = bounds if self._scale > 0 else reversed(bounds)
        self._by_name: dict[str, list[int]] = {}
        for raw, name in slot.names.items():
            self._by_name.setdefault(name, []).append(raw)
        self._safe = None if safe is None else Fraction(self.to_raw(safe))
        self._quick_bounds = self._find_quick_bounds()

    def to_raw(self, value: object) -> int:
        """The raw number of `value` (for a float signal: its bits); SignalError when there is none."""
        match value:
            case bool():
                pass
            case str():
                return self._named(value)
            case float() if not math.isfinite(value):
                raise self._refusal(f"{_shown(value)} is not a number; give a finite one")
            case int() | float():
                return self._float(value) if self.slot.is_float else self._number(value)
        raise self._refusal(
            f"{_shown(value)} is a {type(value).__name__}; give an int, a float or a value name"
        )

    def quick(self, value: object) -> int | None:
        """The raw number of a number well within bounds and well on the grid, in floating point; else None.

        None says nothing: `to_raw` decides. What this returns, `to_raw` returns too.
        """
        if self._quick_bounds is None or type(value) not in (int, float):
            return None
        low, high = self._quick_bounds
        try:
            steps = (value - self.slot.offset) / self.slot.scale  # type: ignore[operator]
        except OverflowError:  # an int that no double can hold
            return None
        if not low <= steps <= high:
            return None
        raw = round(steps)
        return raw if abs(steps - raw) < 1e-7 else None

    def _find_quick_bounds(self) -> tuple[int, int] | None:
        """Raw numbers between which floating point is exact to far less than the tolerance."""
        low, high = self.slot.raw_bounds
        low = low if self._low is None else max(low, math.ceil(self._low))
        high = high if self._high is None else min(high, math.floor(self._high))
        zero = abs(self.slot.offset / self.slot.scale)
        exact = not self.slot.is_float and max(abs(low), abs(high)) + zero < _QUICK_MAX
        return (low, high) if exact and low <= high else None

    def check_raw(self, raw: object) -> int:
        """`raw` when it is an int that fits into the signal's bits; SignalError otherwise."""
        if type(raw) is not int:
            raise self._refusal(f"raw {_shown(raw)} is a {type(raw).__name__}; give an int")
        low, high = self.slot.raw_bounds
        if not low <= raw <= high:
            raise self._refusal(f"raw {_shown(raw)} does not fit into its bits; give {low} to {high}")
        return raw

    def _named(self, name: str) -> int:
        raws = self._by_name.get(name, [])
        if len(raws) != 1:
            if raws:
                raise self._refusal(f"{_shown(name)} names several raw numbers; give the number")
            known = ", ".join(self._by_name)
            mend = f"give one of: {known}" if known else "this signal has none"
            raise self._refusal(f"{_shown(name)} is not a value name; {mend}")
        return self._bits(raws[0], name) if self.slot.is_float else self.check_raw(raws[0])

    def _number(self, value: int | float) -> int:
        steps = (_exact(value) - self._offset) / self._scale
        raw = round(steps)  # half way: the even one
        if abs(steps - raw) > max(_TOLERANCE, abs(steps) * _DOUBLE):
            raw = self._between(value, steps, raw)
        if raw not in self.slot.names:
            self._check_range(value, steps)
            self._check_range(value, Fraction(raw))
        return self.check_raw(raw)

    def _between(self, value: object, steps: Fraction, nearest: int) -> int:
        if self.off_grid == "nearest":
            return nearest
        if self.off_grid == "toward" and self._safe is not None:
            return math.floor(steps) if steps > self._safe else math.ceil(steps)
        neighbours = (math.floor(steps), math.ceil(steps))
        below, above = sorted(float(n * self._scale + self._offset) for n in neighbours)
        raise self._refusal(
            f"{_shown(value)} is between two steps of {self.slot.scale}; give {below:.15g} or {above:.15g}"
        )

    def _check_range(self, value: object, steps: Fraction) -> None:
        under = self._low is not None and steps < self._low - _TOLERANCE
        over = self._high is not None and steps > self._high + _TOLERANCE
        if under or over:
            low, high = _or_any(self.slot.minimum), _or_any(self.slot.maximum)
            raise self._refusal(f"{_shown(value)} is out of range; give {low} to {high}")

    def _float(self, value: int | float) -> int:
        try:
            raw = (float(value) - self.slot.offset) / self.slot.scale
            if raw not in self.slot.names:
                self._check_range(value, Fraction(raw))
        except OverflowError:
            raw = math.inf
        return self._bits(raw, value)

    def _bits(self, raw: float, value: object) -> int:
        try:
            if not math.isinf(number := float(raw)):
                return bits_of_float(number, self.slot.length)
        except OverflowError:
            pass
        raise self._refusal(f"{_shown(value)} does not fit into a float of {self.slot.length} bits")

    def _steps(self, bound: int | float | None) -> Fraction | None:
        return None if bound is None else (_exact(bound) - self._offset) / self._scale

    def _refusal(self, what: str) -> SignalError:
        return SignalError(self.message, self.slot.name, what)


def place(slot: Slot, raw: int) -> int:
    """The raw number's bits, two's complement, at their place in the image."""
    bits = 0
    for piece in slot.pieces:
        bits |= (raw >> piece.raw_shift & (1 << piece.width) - 1) << piece.image_shift
    return bits


def pick(slot: Slot, image: int) -> int:
    """The raw number of this signal in the image, sign applied."""
    raw = 0
    for piece in slot.pieces:
        raw |= (image >> piece.image_shift & (1 << piece.width) - 1) << piece.raw_shift
    return raw - (1 << slot.length) if slot.signed and raw >> slot.length - 1 else raw


def physical(slot: Slot, raw: int) -> int | float | str:
    """What a raw number means: its name where the DBC has one, else the number."""
    number: int | float = float_of_bits(raw, slot.length) if slot.is_float else raw
    if number in slot.names:
        return slot.names[int(number)]
    return number if slot.scale == 1 and slot.offset == 0 else number * slot.scale + slot.offset


def _exact(number: int | float) -> Fraction:
    """The number as its shortest decimal text says it: 0.1 is one tenth."""
    return Fraction(number) if type(number) is int else Fraction(str(number))


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no int of more than some thousand digits
        return f"{type(value).__name__} too long to show"
    return text if len(text) <= 40 else f"{text[:37]}..."


def _or_any(bound: int | float | None) -> str:
    return "anything" if bound is None else f"{bound}"
