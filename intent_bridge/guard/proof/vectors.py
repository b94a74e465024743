"""Test vectors that the solver finds: every part of every rule decides alone, on both sides of every bound.

For each atom of a rule's condition: states in which flipping this atom alone flips the condition (MC/DC),
with numbers one below, at and one above the bound and enums at every member; for each input a state in which
the rule cannot tell; for each clamp a request beside and at its bounds. Where it can be had, no other rule
has anything to say there, or nothing as heavy, so that the verdict turns on this one. What the verdict is,
the guard says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from ...profile import Profile
from ...types import Action, Channel, Decision, Provenance, Quality, Sample, SeatZone, Speaker, Value
from .. import ir
from ..guard import Guard
from ..rules import Rule, RuleSet
from . import smt
from .prover import Counterexample, counterexample
from .question import Question

NOW_MS = 1_000_000


@dataclass(frozen=True)
class Vector:
    """A request in a state and what becomes of it. A path that is not in `state` is unknown.

    `about` says which parts of which rules it shows, divided by ` | `.
    """

    about: str
    path: str
    value: Value
    state: Mapping[str, Value]
    who: tuple[str, str, str, bool]
    decision: str = ""
    emitted: Value = 0


@dataclass(frozen=True)
class _Goal:
    """What a state has to show, first with all other rules silent."""

    about: str
    wishes: tuple[str, ...]
    """Formulas, the most wanted first; the last one is the goal itself."""


@dataclass(frozen=True)
class Made:
    """Vectors, and what cannot be shown in any state (each by rule, path and atom)."""

    vectors: tuple[Vector, ...]
    goals: int
    infeasible: tuple[str, ...]


def make_vectors(profile: Profile, rules: RuleSet) -> Made:
    """The vectors of one vehicle, in a fixed order."""
    full: set[str] = set()
    vectors: list[Vector] = []
    infeasible: list[str] = []
    goals = 0
    guard = Guard(profile, rules)
    for path in profile.actuators:
        question = Question.of(profile, rules, path, ())
        asked = list(_goals(question, full))
        full |= {rule.text.id for rule in question.rules}
        goals += len(asked)
        found, missing = _solved(question, asked)
        infeasible += missing
        vectors += (_judged(guard, goal.about, one) for goal, one in found)
    unique: dict[object, Vector] = {}
    for vector in vectors:
        key = vector.path, vector.value, tuple(vector.state.items()), vector.who
        same = unique.setdefault(key, vector)
        if same is not vector and vector.about not in same.about.split(" | "):
            unique[key] = replace(same, about=f"{same.about} | {vector.about}")
    return Made(tuple(unique.values()), goals, tuple(infeasible))


def judge(guard: Guard, vector: Vector) -> tuple[str, Value]:
    """Decision and emitted value of a vector, from the guard itself."""
    state = {path: Sample(value, NOW_MS, Quality.OK) for path, value in vector.state.items()}
    speaker, zone, channel, tainted = vector.who
    who = Provenance(Speaker(speaker), SeatZone(zone), Channel(channel), tainted)
    verdict = guard.judge([Action(vector.path, vector.value)], state, who, NOW_MS)
    emitted = next((a.value for a in verdict.emitted if a.path == vector.path), vector.value)
    return verdict.decision.word, emitted if verdict.decision <= Decision.CONFIRM else vector.value


def _judged(guard: Guard, about: str, found: Counterexample) -> Vector:
    who = found.who
    vector = Vector(
        about,
        found.path,
        found.requested,
        {path: value for path, value in sorted(found.inputs.items()) if value is not None},
        (str(who["speaker"]), str(who["speaker_zone"]), str(who["channel"]), bool(who["untrusted_text"])),
    )
    decision, emitted = judge(guard, vector)
    return replace(vector, decision=decision, emitted=emitted)


def _solved(
    question: Question, goals: Sequence[_Goal]
) -> tuple[list[tuple[_Goal, Counterexample]], list[str]]:
    """A state for each goal; the goals that no state shows."""
    head = question.script()
    wishes = [wish for goal in goals for wish in goal.wishes]
    checks = "\n".join(f"(push 1)\n(assert {wish})\n(check-sat)\n(pop 1)" for wish in wishes)
    said = iter(smt.solve([head + checks])[0] if wishes else [])
    chosen, missing = [], []
    for goal in goals:
        possible = [wish for wish in goal.wishes if next(said) == "sat"]
        if possible:
            chosen.append((goal, possible[0]))
        else:
            missing.append(f"{question.path}: {goal.about}")
    values = question.values()
    scripts = [f"{head}(assert {wish})\n(check-sat)\n{values}" for _, wish in chosen]
    printed = smt.solve(scripts) if scripts else []
    return [
        (goal, counterexample(question, lines[1:])) for (goal, _), lines in zip(chosen, printed, strict=True)
    ], missing


def _goals(question: Question, full: set[str]) -> Iterator[_Goal]:
    """All goals of rules that are new, and one on either side for rules that other paths have had."""
    for n, rule in enumerate(question.rules):
        heavy = [word for word, effect in smt.WEIGHTS.items() if effect >= smt.weight(rule)]
        quiet = [_quiet(question, n, words) for words in (list(smt.WEIGHTS), heavy)]
        unused = [smt.no(f"h{m}") for m in question.sheet.limits.values()]
        for about, formula in _of_rule(question, rule, n, brief=rule.text.id in full):
            goal = smt.both((formula, *unused))
            yield _Goal(f"{rule.text.id}: {about}", (*(smt.both((goal, silent)) for silent in quiet), goal))


def _quiet(question: Question, n: int, words: Sequence[str]) -> str:
    """That no rule but n says one of these words."""
    others = [
        f"{word}{m}"
        for word in words
        for m, other in enumerate(question.rules)
        if m != n and smt.says(other, word)
    ]
    return smt.no(smt.either((*others, "conflict")))


def _of_rule(question: Question, rule: Rule, n: int, *, brief: bool) -> Iterator[tuple[str, str]]:
    sheet = question.sheet
    if rule.text.effect == "clamp":
        yield from _clamp(sheet, rule, n)
    whens = [(word, node) for word, node in (("", rule.when), ("at once ", rule.at_once)) if node is not None]
    if not whens and rule.text.effect != "clamp":
        yield "always", f"c{n}"
    for word, node in whens:
        yield f"{word}fires", _emitted(sheet.truth(node, True))
        yield f"{word}rests", _emitted(sheet.truth(node, False))
        if brief:
            continue
        known = smt.both(sheet.certain(name) for name in sorted(ir.reads(node)))
        for atom, true, false in _occurrences(node):
            decides = smt.no(f"(= {sheet.truth(true, True)} {sheet.truth(false, True)})")
            for side, formula in _sides(sheet, atom):
                yield (
                    f"{word}{side}",
                    smt.both((known, _moves(sheet, rule, n), _emitted(smt.both((decides, formula))))),
                )
    if not brief:
        for name in sorted(rule.reads):
            yield f"{name} unknown", smt.both((f"p{n}", smt.no(f"c{n}"), smt.no(sheet.certain(name))))


def _clamp(sheet: smt.Sheet, rule: Rule, n: int) -> Iterator[tuple[str, str]]:
    for word, bound, upper in (("lo", rule.low, False), ("hi", rule.high, True)):
        if bound is None:
            continue
        at = sheet.bound(bound, upper=upper)
        for step in (-1, 0, 1):
            yield f"{word} {step:+d}", smt.both((f"c{n}", f"(= v (+ {at} {smt.number(step)}))"))
        side = "hi" if upper else "lo"
        yield f"{word} binds", smt.both((f"c{n}", f"(= {side} {at})", f"({'>' if upper else '<'} v {at})"))
        if rule.when is not None:
            rests = sheet.truth(rule.when, False)
            yield f"{word} rests", smt.both((rests, f"({'>' if upper else '<'} v {at})"))


def _moves(sheet: smt.Sheet, rule: Rule, n: int) -> str:
    """That a clamp, by firing or resting, makes the emitted value what it is; true for all other rules."""
    ways = []
    for side, bound, upper in (("lo", rule.low, False), ("hi", rule.high, True)):
        if bound is not None:
            at, beyond = sheet.bound(bound, upper=upper), ">" if upper else "<"
            other = f"({'<' if upper else '>'} {at} {side})"
            ways.append(smt.both((f"({beyond} v {at})", f"(ite c{n} (= {side} {at}) {other})")))
    return smt.either(ways) if ways else "true"


_TRUE, _FALSE = ir.And(()), ir.Or(())


def _occurrences(node: ir.Node) -> Iterator[tuple[ir.Atom, ir.Node, ir.Node]]:
    """Every atom where it stands, and the condition with it set to true and to false."""
    match node:
        case ir.Not(part):
            for atom, true, false in _occurrences(part):
                yield atom, ir.Not(true), ir.Not(false)
        case ir.And(parts) | ir.Or(parts):
            kind = type(node)
            for n, part in enumerate(parts):
                for atom, true, false in _occurrences(part):
                    before, after = parts[:n], parts[n + 1 :]
                    yield atom, kind((*before, true, *after)), kind((*before, false, *after))
        case _:
            yield node, _TRUE, _FALSE


def _sides(sheet: smt.Sheet, atom: ir.Atom) -> Iterator[tuple[str, str]]:
    match atom:
        case ir.Linear(op, terms, const):
            for step in (-1, 0, 1):
                near = ir.Linear("==", terms, const + step, "", "")
                yield f"{atom.left} {op} {atom.right} at {step:+d}", sheet.truth(near, True)
            for side in (True, False):
                yield f"{atom.left} {op} {atom.right} {str(side).lower()}", sheet.truth(atom, side)
        case ir.Is(name, member):
            for other in sheet.kind(name).members:
                yield f"{name} {member} at {other}", sheet.truth(ir.Is(name, other), True)
        case ir.Flag(name):
            for side in (True, False):
                yield f"{name} {str(side).lower()}", sheet.truth(atom, side)
        case _:
            assert_never(atom)


def _emitted(formula: str) -> str:
    """A condition judges the emitted value."""
    return smt.swapped(formula, {"v": "w"})
