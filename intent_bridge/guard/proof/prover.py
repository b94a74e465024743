"""Proves every invariant on every actuator path, and turns what fails into a counterexample.

All claims about one path are one question to the solver; only when it finds a violation, each claim is asked
by itself. Paths whose rules differ in nothing but the names of paths (four windows, two rear seats) make the
same text and are asked once.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ...profile import Profile
from ...profile.never import Never
from ...types import Value
from ..rules import CONTEXT, VALUE, Rule, RuleSet
from . import smt
from .claims import Claim, load_claims
from .question import Question, ordered, sheet_of

Test: TypeAlias = Callable[[smt.Sheet, tuple[Rule, ...], Sequence[int]], tuple[list[str], list[str]]]
"""Definitions to add, and for each rule asked about the formula that says it does something."""
_PAIR: Final = re.compile(r"\((\w+) (true|false|-?\d+|\(- \d+\))\)")


@dataclass(frozen=True)
class Counterexample:
    """A request and a state in which a claim does not hold. None in `inputs` is an unknown input.

    `who` has the fields of `CONTEXT`. `second` holds what differs in the second state, where the claim
    compares two (symbols of the question, as the solver prints them).
    """

    path: str
    requested: Value
    emitted: Value
    inputs: Mapping[str, Value | None]
    who: Mapping[str, Value]
    second: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A claim that does not hold on a path; without counterexample and note the solver could not tell."""

    claim: str
    says: str
    path: str
    counterexample: Counterexample | None = None
    note: str = ""


@dataclass(frozen=True)
class Report:
    """What was proved: number of paths by claim, failures, and how often the solver was asked."""

    proved: Mapping[str, int]
    failures: tuple[Failure, ...]
    questions: int

    @property
    def unknown(self) -> tuple[Failure, ...]:
        """Claims that the solver could not decide; they count as failures."""
        return tuple(f for f in self.failures if f.counterexample is None and not f.note)


def prove(profile: Profile, rules: RuleSet) -> Report:
    """Prove every invariant of this vehicle. Raises ProfileError when a file of invariants is wrong."""
    return Prover(profile, rules, load_claims(profile, rules)).run()


class Prover:
    """One run over all paths."""

    def __init__(self, profile: Profile, rules: RuleSet, claims: Sequence[Claim]) -> None:
        self._profile = profile
        self._rules = rules
        self._claims = claims
        self._failures: list[Failure] = []
        self._questions = 0
        self._context: Any = None

    def run(self) -> Report:
        """Prove everything."""
        by_path: dict[str, list[Claim]] = {path: [] for path in self._profile.actuators}
        for claim in self._claims:
            by_path[claim.path].append(claim)
        self._paths([Question.of(self._profile, self._rules, path, given) for path, given in by_path.items()])
        wholes: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
            "never_list": self._forbidden,
            "no_rule_is_dead": self._dead,
            "no_rule_is_redundant": self._redundant,
        }
        for text in {claim.text.id: claim.text for claim in self._claims}.values():
            if text.always in wholes:
                found = wholes[text.always]()
                self._failures += [Failure(text.id, text.says, path, note=note) for path, note in found]
        failed = {(failure.claim, failure.path) for failure in self._failures}
        proved = dict.fromkeys((claim.text.id for claim in self._claims), 0)
        for claim in self._claims:
            proved[claim.text.id] += (claim.text.id, claim.path) not in failed
        return Report(proved, tuple(self._failures), self._questions)

    def _paths(self, questions: Sequence[Question]) -> None:
        scripts: dict[str, list[Question]] = {}
        for question in questions:
            any_of_them = smt.either(formula for _, formula in question.violations)
            script = f"{question.script()}(assert {any_of_them})\n(check-sat)"
            scripts.setdefault(script, []).append(question)
        for (_, same), answer in zip(scripts.items(), self._ask(list(scripts)), strict=True):
            if answer != ["unsat"]:
                for question in same:
                    self._each(question)

    def _each(self, question: Question) -> None:
        """Ask about every claim of a path by itself, and note those that fail."""
        for claim, formula in question.violations:
            script = f"{question.script()}(assert {formula})\n(check-sat)\n"
            answer = self._ask([script])[0][0]
            if answer == "unsat":
                continue
            found = None
            if answer == "sat":
                printed = self._ask([script + question.values()])[0]
                found = counterexample(question, printed)
            self._failures.append(Failure(claim.text.id, claim.text.says, claim.path, found))

    def _ask(self, scripts: list[str]) -> list[list[str]]:
        self._questions += len(scripts)
        self._context = self._context or smt.new_context()
        return smt.solve(scripts, self._context)

    def _forbidden(self) -> Iterator[tuple[str, str]]:
        never = Never.load()
        for path, info in self._profile.actuators.items():
            if (entry := never.forbids(path, info.spec)) is not None:
                yield path, f"`{path}` is on the never-list: {entry.why}"

    def _dead(self) -> Iterator[tuple[str, str]]:
        yield from self._idle("can never fire", _fires)

    def _redundant(self) -> Iterator[tuple[str, str]]:
        yield from self._idle("changes no verdict, the others say it already", differs_without)

    def _idle(self, what: str, test: Test) -> Iterator[tuple[str, str]]:
        """Rules that pass the test on none of their paths.

        What a require adds and what a limit counts lie outside one request: such a rule can be dead, never
        redundant.
        """
        waiting: dict[str, list[tuple[str, Rule]]] = {}
        for path, bound in self._rules.rules.items():
            for rule in bound:
                if test is differs_without and (
                    rule.companions or rule.limit is not None or rule.text.repeats is not None
                ):
                    continue
                waiting.setdefault(rule.text.id, []).append((path, rule))
        seen = {name: places[0][1] for name, places in waiting.items()}
        for places in (slice(0, 1), slice(1, None)):  # most rules are found at work on their first path
            by_path: dict[str, list[str]] = {}
            for name, bound_on in waiting.items():
                for path, _ in bound_on[places]:
                    by_path.setdefault(path, []).append(name)
            answers = self._ask([self._idle_script(path, names, test) for path, names in by_path.items()])
            for names, answer in zip(by_path.values(), answers, strict=True):
                for name, found in zip(names, answer, strict=True):
                    if found == "sat":
                        waiting.pop(name, None)
        needed = seen.keys() - waiting.keys()
        for name, rule in seen.items():
            if name not in needed:
                place = f"{rule.file.name}, line {rule.line}"
                yield rule.path, f"rule `{name}` ({place}) {what}; mend or remove it"

    def _idle_script(self, path: str, names: Sequence[str], test: Test) -> str:
        repeated = test is not differs_without  # what is said again on purpose does not make the first idle
        rules = ordered([r for r in self._rules.rules[path] if repeated or r.text.repeats is None])
        sheet = sheet_of(self._profile, self._rules, path)
        lines = smt.copy(sheet, rules)
        places = {rule.text.id: n for n, rule in enumerate(rules)}
        more, goals = test(sheet, rules, [places[name] for name in names])
        checks = [f"(push 1)\n(assert {goal})\n(check-sat)\n(pop 1)" for goal in goals]
        return "\n".join((*sheet.declarations(), *lines, *more, *checks))


def _fires(sheet: smt.Sheet, rules: tuple[Rule, ...], asked: Sequence[int]) -> tuple[list[str], list[str]]:
    return [], [f"c{n}" for n in asked]


def differs_without(
    sheet: smt.Sheet, rules: tuple[Rule, ...], asked: Sequence[int]
) -> tuple[list[str], list[str]]:
    """Definitions, and for each rule asked about, that the verdict without it is another.

    Without a clamp every value may be another, so all rules are asked again. Any other rule only adds its
    word to what those before and those after it say.
    """
    lines = []
    for word in smt.WEIGHTS:
        start = "conflict" if word == "deny" else "false"
        said = [f"{word}{n}" if smt.says(rule, word) else "false" for n, rule in enumerate(rules)]
        for name, order in (("before", range(len(rules))), ("after", range(len(rules) - 1, -1, -1))):
            last = start
            for n in order:
                lines.append(f"(define-fun {name}{n}_{word} () Bool {last})")
                last = smt.either((f"{name}{n}_{word}", said[n]))
    for n in asked:
        if rules[n].text.effect == "clamp":
            lines += smt.copy(sheet, rules[:n] + rules[n + 1 :], f"o{n}_")
            continue
        lines += [f"(define-fun o{n}_{w} () Bool (or before{n}_{w} after{n}_{w}))" for w in smt.WEIGHTS]
        lines.append(f"(define-fun o{n}_yes () Bool (not (or o{n}_deny o{n}_defer)))")
        lines.append(f"(define-fun o{n}_goes () Bool (and o{n}_yes (not o{n}_ask)))")
        lines.append(f"(define-fun o{n}_w () {sheet.sort} w)")
    return lines, [differs("", f"o{n}_") for n in asked]


def differs(one: str, two: str) -> str:
    """That two copies of the same request get different verdicts or emit different values."""
    weight = smt.both(f"(= {one}{name} {two}{name})" for name in ("yes", "goes"))
    kind = f"(or {one}yes (= {one}deny {two}deny))"
    value = f"(or (not {one}yes) (= {one}w {two}w))"
    return smt.no(smt.both((weight, kind, value)))


def counterexample(question: Question, printed: Sequence[str]) -> Counterexample:
    """What the solver prints for `question.values()`, as a request in a state."""
    values = dict(_PAIR.findall(" ".join(printed)))
    sheet = question.sheet
    inputs = {
        name: sheet.read(name, values[f"x{n}"]) if values[f"k{n}"] == "true" else None
        for name, n in sheet.names.items()
    }
    return Counterexample(
        question.path,
        sheet.read(VALUE, values["v"]),
        sheet.read(VALUE, values["w"]),
        inputs,
        {name: sheet.read(name, values[name]) for name in CONTEXT},
        {symbol: values[symbol] for symbol in question.symbols},
    )
