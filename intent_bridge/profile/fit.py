"""Does a DBC signal fit the quantity that the profile says it carries? If so, the binding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

from . import model
from .binding import Binding
from .report import Place, one_of

if TYPE_CHECKING:  # only what parses a DBC file imports cantools, which is slow to import
    from cantools.database.can import Signal

Role = Literal["signal", "command", "status"]
"""Which key of the profile names the signal: a sensor's `signal`, an actuator's `command` or `status`."""

_UNIT_SPELLINGS: Final = {
    "Celsius": ("degc", "°c", "c", "deg c", "degree celsius"),
    "percent": ("%", "pct"),
    "degrees": ("deg", "°", "degree"),
    "s": ("sec", "second"),
    "km/h": ("kmh", "kph", "km/hr"),
    "W/m2": ("w/m^2", "w/m²"),
}
"""VSS spelling of a unit -> how DBC files also write it."""


@dataclass(frozen=True)
class Fit:
    """One attempt to tie a quantity to a signal; `problem`s are noted at `place`."""

    ref: str
    signal: Signal
    quantity: model.Quantity
    role: Role
    not_available: tuple[str, ...]
    place: Place

    def binding(self, bus: str, message: str) -> Binding | None:
        """The binding, or None when the signal cannot carry the quantity at all."""
        before = len(self.place.problems)
        signal = self.signal
        self._check_kind()
        if len(self.place.problems) > before:
            return None
        names, absent = self._names()
        scale = self._scale()
        if scale is None:
            return None
        if self.quantity.type == "enum":
            self._check_enum(names)
        elif self.quantity.type == "number":
            self._check_range()
            self._check_unit()
        by_raw = {names[n]: n for n in self.quantity.values or () if n in names}
        binding = Binding(
            bus=bus,
            message=message,
            signal=signal.name,
            mux=signal.multiplexer_ids[0] if signal.multiplexer_ids else None,
            quantity=self.quantity,
            exact=self.role == "command",
            raw_low=-(1 << signal.length - 1) if signal.is_signed else 0,
            raw_high=(1 << signal.length - signal.is_signed) - 1,
            per_step=scale[0],
            zero_raw=scale[1],
            names=names,
            by_raw=by_raw,
            absent=absent,
        )
        self._check_codes(binding)
        return binding if len(self.place.problems) == before else None

    def _check_kind(self) -> None:
        signal = self.signal
        if signal.is_float:
            self.place.problem(f"`{self.ref}` is a floating point signal", "bind an integer signal")
        if signal.is_multiplexer:
            self.place.problem(f"`{self.ref}` selects the multiplexed part", "bind a signal of that part")
        if signal.multiplexer_ids and len(signal.multiplexer_ids) > 1:
            self.place.problem(
                f"`{self.ref}` stands under {len(signal.multiplexer_ids)} multiplexer ids",
                "use one signal per multiplexer id",
            )

    def _names(self) -> tuple[dict[str, int], frozenset[int]]:
        """Value names with their raw numbers, and the raw numbers that mean "not available"."""
        names: dict[str, int] = {}
        absent = set()
        for raw, label in sorted((self.signal.choices or {}).items()):
            name = str(label)
            if name in self.not_available:
                absent.add(raw)
            elif name in names and name in (self.quantity.values or {}):
                self.place.problem(f"`{self.ref}` has the value name `{name}` twice", "rename one in the DBC")
            names.setdefault(name, raw)
        return names, frozenset(absent)

    def _scale(self) -> tuple[int, int] | None:
        """Raw counts per step, and the raw number that says zero; None when they are not whole."""
        if self.quantity.step is None:
            return 1, 0
        step = Fraction(self.quantity.step)
        factor, offset = Fraction(str(self.signal.scale)), Fraction(str(self.signal.offset))
        if factor == 0:
            self.place.problem(f"`{self.ref}` has the factor 0", "mend the DBC")
            return None
        if step % factor:
            self.place.problem(
                f"step {self.quantity.step} is no multiple of the factor {self.signal.scale} of `{self.ref}`",
                f"use a multiple of {self.signal.scale}",
            )
            return None
        if offset % factor:
            self.place.problem(
                f"offset {self.signal.offset} of `{self.ref}` is no multiple of its factor",
                f"make it a multiple of {self.signal.scale} in the DBC",
            )
            return None
        return int(step / factor), int(-offset / factor)

    def _check_range(self) -> None:
        """The DBC's range is a second net: what the profile allows must lie inside."""
        assert self.quantity.range is not None
        low, high = self.quantity.range
        dbc_low, dbc_high = self.signal.minimum, self.signal.maximum
        if (dbc_low is not None and low < Decimal(str(dbc_low))) or (
            dbc_high is not None and high > Decimal(str(dbc_high))
        ):
            self.place.problem(
                f"range {low} to {high} exceeds the DBC range {dbc_low} to {dbc_high} of `{self.ref}`",
                "narrow the range, or mend the DBC",
            )

    def _check_unit(self) -> None:
        """A DBC without a unit contradicts nothing."""
        ours, theirs = self.quantity.unit or "", (self.signal.unit or "").strip()
        if theirs and theirs.lower() not in (ours.lower(), *_UNIT_SPELLINGS.get(ours, ())):
            self.place.problem(
                f"unit `{ours}` is not the unit `{theirs}` of `{self.ref}`", "use the same unit in both"
            )

    def _check_enum(self, names: dict[str, int]) -> None:
        for name in self.quantity.values or ():
            if name not in names:
                self.place.problem(f"`{self.ref}` has no value named `{name}`", one_of(name, names))

    def _check_codes(self, binding: Binding) -> None:
        """Values and codes fit the signal's width, and no code looks like a value."""
        for raw in self._value_raws(binding):
            if not binding.raw_low <= raw <= binding.raw_high:
                self.place.problem(
                    f"a value needs raw {raw}, the {self.signal.length} bits of `{self.ref}` hold "
                    f"{binding.raw_low} to {binding.raw_high}",
                    "narrow the range, or widen the signal",
                )
        for name, raw in self._codes(binding):
            if not binding.raw_low <= raw <= binding.raw_high:
                self.place.problem(f"code `{name}` = {raw} does not fit into `{self.ref}`", "mend the DBC")
            if self._is_value(binding, raw):
                self.place.problem(
                    f"code `{name}` = {raw} of `{self.ref}` is also a value", "choose another raw number"
                )
        if not binding.absent and self.role != "command":
            self.place.problem(
                f"`{self.ref}` has no not-available code",
                f"name one raw number in the DBC `{self.not_available[0]}`",
            )
        if not binding.absent and self.role == "command" and self.signal.raw_initial is None:
            self.place.problem(
                f"`{self.ref}` has neither a start value nor a not-available code",
                "give it a GenSigStartValue, or name a raw number "
                f"`{self.not_available[0]}`: it is sent with its siblings before its value is known",
            )

    def _codes(self, binding: Binding) -> Iterator[tuple[str, int]]:
        """Raw numbers that must not be mistaken for a value, with their names."""
        choices: dict[int, object] = dict(self.signal.choices or {})
        for raw in sorted(binding.absent):
            yield str(choices[raw]), raw
        spec = self.quantity
        if self.role != "command" or not isinstance(spec, model.Actuator):
            return
        for key, name in (("neutral", spec.neutral), ("stop", spec.motion.stop if spec.motion else None)):
            if name is None:
                continue
            if name in binding.names:
                yield name, binding.names[name]
            else:
                self.place.problem(
                    f"{key} value: `{self.ref}` has no value named `{name}`", one_of(name, binding.names)
                )

    def _value_raws(self, binding: Binding) -> tuple[int, ...]:
        """The outermost raw numbers of numbers, all of the others."""
        if self.quantity.type == "number":
            ends = (self.quantity.low, self.quantity.high)
            return tuple(sorted(end * binding.per_step + binding.zero_raw for end in ends))
        return tuple(binding.by_raw) if self.quantity.type == "enum" else (0, 1)

    def _is_value(self, binding: Binding, raw: int) -> bool:
        values = self._value_raws(binding)
        return values[0] <= raw <= values[1] if self.quantity.type == "number" else raw in values
