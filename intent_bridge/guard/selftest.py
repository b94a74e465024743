"""A guard tests itself before it is used: its compiled rules against the typed ones, where they turn.

It needs no solver and no files. What it finds is a fault of ours or a damaged installation, never a pack's.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from ..types import Channel, Provenance, SeatZone, Speaker, Value
from . import ir
from .check import Kind
from .compile import Program
from .guard import Guard
from .rules import CONTEXT, VALUE, Rule

Row = dict[str, Value | None]
"""A value for every name that the rules of one path read."""


def self_test(guard: Guard) -> str:
    """Empty when every rule does what it says; else where the first one does not."""
    for path, program in guard.programs.items():
        for row in _rows(program, guard.rules.kinds, path):
            wanted, got = _wanted(program, row), _got(program, row)
            if wanted != got:
                return f"the rules of `{path}` say {got} where they should say {wanted}"
    return ""


def _rows(program: Program, kinds: Mapping[str, Kind], path: str) -> Iterator[Row]:
    """Two rows as far apart as can be, and from each of them every name alone at each of its turns."""
    turns: dict[str, set[int]] = {}
    for rule in program.rules:
        for atom in ir.atoms(rule.when):
            for factor, name in atom.terms:
                at = round(Fraction(atom.const, factor))
                turns.setdefault(name, set()).update((at - 1, at, at + 1))
    names = (*program.inputs, *CONTEXT, VALUE)
    choices = {
        name: _choices(kinds[path if name == VALUE else name], turns.get(name, set())) for name in names
    }
    for end in (0, -1):
        base = {name: given[end] for name, given in choices.items()}
        for name, given in choices.items():
            for value in given:
                yield {**base, name: value}
            if name in program.inputs:
                yield {**base, name: None}


def _choices(kind: Kind, turns: set[int]) -> Sequence[Value]:
    if kind.type == "boolean":
        return (False, True)
    if kind.type == "enum":
        return kind.members
    low, high = kind.low or 0, kind.high or 0
    return sorted({low, high, *(turn for turn in turns if low <= turn <= high)})


def _got(program: Program, row: Row) -> tuple[Value | None, int, int]:
    """What the compiled rules say."""
    who = Provenance(
        Speaker(str(row["speaker"])),
        SeatZone(str(row["speaker_zone"])),
        Channel(str(row["channel"])),
        bool(row["untrusted_text"]),
    )
    inputs = tuple(row[name] for name in program.inputs)
    value = row[VALUE]
    assert value is not None
    if None in inputs:
        return program.full(value, inputs, who)
    emitted, fired = program.fast(value, inputs, who)
    return emitted, fired, fired


def _wanted(program: Program, row: Row) -> tuple[Value | None, int, int]:
    """What the typed rules say."""
    low, high = program.gauge.low, program.gauge.high
    possible = certain = 0
    value = row[VALUE]
    clamps = [(n, rule) for n, rule in enumerate(program.rules) if rule.text.effect == "clamp"]
    for n, rule in clamps:
        truth = True if rule.when is None else ir.truth(rule.when, row)
        ends = _ends(rule, row, low, high)
        possible |= (truth is not False) << n
        if truth is True and ends is not None:
            certain |= 1 << n
            low, high = ends
    if clamps:
        assert isinstance(value, int)
        if low > high:
            always = sum(1 << n for n, rule in enumerate(program.rules) if rule.when is None)
            return None, possible | always, certain | always & ~program.clamps
        value = min(max(value, low), high)
    seen = {**row, VALUE: value}
    for n, rule in enumerate(program.rules):
        if rule.text.effect != "clamp":
            truth = True if rule.when is None else ir.truth(rule.when, seen)
            possible |= (truth is not False) << n
            certain |= (truth is True) << n
    return value, possible, certain


def _ends(rule: Rule, row: Row, low: int, high: int) -> tuple[int, int] | None:
    """Where a clamp leaves a value that others leave between `low` and `high`; None: a bound is unknown."""
    least = low if rule.low is None else rule.low.at(row, upper=False)
    most = high if rule.high is None else rule.high.at(row, upper=True)
    return None if least is None or most is None else (max(low, least), min(high, most))
