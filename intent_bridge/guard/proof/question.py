"""The question about one actuator path: can any of its claims be violated, in any state, by any request?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ...profile import Profile
from ..check import Kind
from ..rules import CONTEXT, VALUE, Rule, RuleSet
from . import smt
from .claims import Claim
from .smt import both, either, no

NOTHING: Final[Mapping[str, str]] = {}


def ordered(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Rules in the order in which the compiler numbers them."""
    return tuple(sorted(rules, key=lambda rule: rule.text.id))


def sheet_of(
    profile: Profile, rules: RuleSet, path: str, lacking: Mapping[str, Kind] | None = None
) -> smt.Sheet:
    """The symbols of one path."""
    kinds = {**(lacking or {}), **rules.kinds}
    return smt.Sheet(Kind.of(profile.actuators[path].spec), kinds, frozenset(profile.inputs))


@dataclass
class Question:
    """Symbols and verdict of one path, and one formula for each way in which a claim can be violated."""

    path: str
    rules: tuple[Rule, ...]
    sheet: smt.Sheet
    lines: list[str]
    second: list[str] = field(default_factory=list)
    """Declarations of a second request or state."""
    symbols: list[str] = field(default_factory=list)
    """What they declare."""
    violations: list[tuple[Claim, str]] = field(default_factory=list)
    _copies: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, profile: Profile, rules: RuleSet, path: str, claims: Sequence[Claim]) -> "Question":
        """The question whether any of these claims can be violated on this path."""
        lacking = {name: kind for claim in claims for name, kind in claim.lacking.items()}
        bound = ordered(rules.rules[path])
        sheet = sheet_of(profile, rules, path, lacking)
        asked = cls(path, bound, sheet, list(smt.copy(sheet, bound)))
        for claim in claims:
            formula = asked._hazard(claim) if claim.formula is not None else asked._law(claim)
            if formula is not None:
                asked.violations.append((claim, formula))
        return asked

    def script(self) -> str:
        """Declarations and definitions; two paths with the same script have the same proofs."""
        return "\n".join((*self.sheet.declarations(), *self.second, *self.lines, ""))

    def values(self) -> str:
        """The command that prints a state in which the last assertion holds."""
        pairs = [f"{s}{n}" for n in self.sheet.names.values() for s in "xk"]
        return f"(get-value ({' '.join(('v', 'w', *CONTEXT, *pairs, *self.symbols))}))\n"

    def _hazard(self, claim: Claim) -> str:
        assert claim.formula is not None
        emitted = {"v": "w"}
        if claim.text.may is not None:
            holds = smt.swapped(self.sheet.truth(claim.formula, True), {})
            unused = [no(f"h{n}") for n in self.sheet.limits.values()]
            return both((holds, *unused, either((no("goes"), no("(= w v)")))))
        safe = smt.swapped(self.sheet.truth(claim.formula, False), emitted)
        return both(("yes" if claim.text.never is not None else "goes", no(safe)))

    def _law(self, claim: Claim) -> str | None:
        law = str(claim.text.always)
        if law == "more_never_allows_more":
            return self._faster(str(claim.text.by))
        return _LAWS[law](self) if law in _LAWS else None

    @property
    def _clamped(self) -> bool:
        return any(rule.text.effect == "clamp" for rule in self.rules)

    def _copy(
        self,
        prefix: str,
        symbols: smt.Symbols,
        second: Mapping[str, str] = NOTHING,
        *,
        backwards: bool = False,
    ) -> None:
        """The verdict on a second request or state, and its symbols with their declarations: once, also
        where a vehicle claims a law again."""
        if prefix not in self._copies:
            rules = self.rules[::-1] if backwards else self.rules
            self.second += second.values()
            self.symbols += second
            self.lines += smt.copy(self.sheet, rules, prefix, symbols)
            self._copies.add(prefix)

    def idempotent(self) -> str | None:
        """What left is asked again, in the same state: it must leave as it is, after as many questions.

        Without a clamp it is the request itself that leaves, and there is nothing to ask.
        """
        if not self._clamped:
            return None
        self._copy("i_", {"v": "w"})
        return both(("yes", no(both(("i_yes", "(= i_w w)", "(= i_ask ask)")))))

    def ordered(self) -> str | None:
        """The rules backwards. Without a clamp a verdict is three disjunctions: nothing to ask."""
        if not self._clamped:
            return None
        self._copy("b_", {}, backwards=True)
        return no(both(f"(= b_{name} {name})" for name in ("w", "deny", "defer", "ask")))

    def in_range(self) -> str:
        """Something leaves that the path cannot take."""
        return both(("yes", no(both(self.sheet.range(VALUE, "w")))))

    def lifted(self) -> str:
        """Something leaves that was denied or deferred, or leaves unasked and not when confirmed."""
        return either((both(("yes", either(("deny", "defer", "conflict")))), both(("goes", no("yes")))))

    def ignorant(self) -> str:
        """A second state in which less is known: more leaves there, or something else does."""
        swap = {f"k{n}": f"m{n}" for n in self.sheet.names.values()}
        second = {m: f"(declare-const {m} Bool)\n(assert (=> {m} {k}))" for k, m in swap.items()}
        self._copy("m_", swap, second)
        more = (both(("m_yes", no(both(("yes", "(= w m_w)"))))), both(("m_goes", no("goes"))))
        return either(more)

    def _faster(self, by: str) -> str | None:
        """A second state with a lower value of `by`: less leaves there."""
        if by not in self.sheet.names:
            return None
        n = self.sheet.names[by]
        symbol = f"slow{n}"
        facts = [f"(<= {symbol} x{n})", *self.sheet.range(by, symbol)]
        declared = "\n".join((f"(declare-const {symbol} Int)", *(f"(assert {fact})" for fact in facts)))
        self._copy(f"s{n}_", {f"x{n}": symbol}, {symbol: declared})
        return either((both(("yes", no(f"s{n}_yes"))), both(("goes", no(f"s{n}_goes")))))


_LAWS: Final[Mapping[str, Callable[[Question], str | None]]] = {
    "idempotent": Question.idempotent,
    "ordered": Question.ordered,
    "in_range": Question.in_range,
    "confirm_lifts_no_denial": Question.lifted,
    "ignorance_never_allows_more": Question.ignorant,
}
