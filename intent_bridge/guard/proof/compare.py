"""Which of two rule sets lets more through: looser, stricter, different or equivalent, path by path.

A rule set is looser on a path when it lets out a value, in some state and for some speaker, that the other
would not let out if it were asked for just that value; with or without a person's yes counts. `different`:
nothing new gets out either way, but a verdict or an emitted value changes; or more here and less there.
What was done before is a free symbol: of two limits on the same, the tighter one is exceeded whenever the
other is, and two that cannot be compared may each be exceeded alone. Companions that change are always
`different`, and count as opened: what they do is judged on their own paths.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ...profile import Profile
from ..rules import Limit, Rule, RuleSet
from . import smt
from .prover import Counterexample, counterexample, differs
from .question import Question, ordered

Change = Literal["looser", "stricter", "different", "equivalent"]


@dataclass(frozen=True)
class Compared:
    """How the new rules of one path stand to the old ones; `first` is the first newly allowed action."""

    path: str
    change: Change
    first: Counterexample | None = None
    opens: bool = False
    """Something new gets out, even if other things no longer do."""


def compare(old: tuple[Profile, RuleSet], new: tuple[Profile, RuleSet]) -> Iterator[Compared]:
    """Every actuator path of either, in the order of the new vehicle."""
    for path in new[0].actuators:
        if path not in old[0].actuators:
            yield Compared(path, "looser", opens=True)
        elif _text(old[1], path) == _text(new[1], path) and old[0].actuators[path] == new[0].actuators[path]:
            yield Compared(path, "equivalent")
        else:
            yield _compared(path, old, new)
    for path in old[0].actuators.keys() - new[0].actuators.keys():
        yield Compared(path, "stricter")


def _text(rules: RuleSet, path: str) -> list[object]:
    return [(r.text.id, r.text.effect, r.when, r.low, r.high, r.limit, r.companions, r.text.on_unknown)
            for r in ordered(rules.rules[path])]  # fmt: skip


def _compared(path: str, old: tuple[Profile, RuleSet], new: tuple[Profile, RuleSet]) -> Compared:
    sensors, facts = {**old[0].sensors, **new[0].sensors}, {**old[0].facts, **new[0].facts}
    profile = replace(new[0], sensors=sensors, facts=facts)
    rules = replace(new[1], kinds={**old[1].kinds, **new[1].kinds})
    question = Question.of(profile, rules, path, ())
    sheet = question.sheet
    before, memory = _apart(ordered(old[1].rules[path]), question.rules, sheet)
    question.lines += [f"(assert {fact})" for fact in memory]
    question.lines += smt.copy(sheet, before, "o_")
    question.lines += smt.copy(sheet, before, "on_", {"v": "w"})
    question.lines += smt.copy(sheet, question.rules, "no_", {"v": "o_w"})
    goals = (_more("", "on_", "w"), _more("o_", "no_", "o_w"), differs("", "o_"))
    head = question.script()
    checks = "\n".join(f"(push 1)\n(assert {goal})\n(check-sat)\n(pop 1)" for goal in goals)
    looser, stricter, other = (answer != "unsat" for answer in smt.solve([head + checks])[0])
    demands = _demands(before) != _demands(question.rules)
    if demands and not looser:
        return Compared(path, "different", opens=True)
    if not looser:
        return Compared(path, "stricter" if stricter else "different" if other else "equivalent")
    script = f"{head}(assert {goals[0]})\n(check-sat)\n{question.values()}"
    first = counterexample(question, smt.solve([script])[0][1:])
    return Compared(path, "different" if stricter else "looser", first, opens=True)


def _demands(rules: Iterable[Rule]) -> list[object]:
    return [(rule.text.id, rule.when, rule.companions) for rule in rules if rule.companions]


def _apart(
    old: Iterable[Rule], new: Iterable[Rule], sheet: smt.Sheet
) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The old rules, changed limits under names of their own; and what is known of both memories."""
    limits = {rule.text.id: rule.limit for rule in new if rule.limit is not None}
    rules, memory = [], []
    for rule in old:
        now = limits.get(rule.text.id)
        if rule.limit is not None and now is not None and rule.limit != now:
            before, after = sheet.exceeded(f"{rule.text.id}, old"), sheet.exceeded(rule.text.id)
            memory += [f"(=> {before} {after})"] if _tighter(now, rule.limit) else []
            memory += [f"(=> {after} {before})"] if _tighter(rule.limit, now) else []
            rule = replace(rule, text=rule.text.model_copy(update={"id": f"{rule.text.id}, old"}))
        rules.append(rule)
    return tuple(rules), tuple(memory)


def _tighter(one: Limit, other: Limit) -> bool:
    """Whether the first is exceeded whenever the other is."""
    return one.kind == other.kind and one.most <= other.most and one.window_ms >= other.window_ms


def _more(one: str, two: str, emitted: str) -> str:
    """`one` lets out a value that `two`, asked for it, does not; or without a yes where `two` asks."""
    same = f"(= {two}w {emitted})"
    return smt.either(
        (
            smt.both((f"{one}yes", smt.no(smt.both((f"{two}yes", same))))),
            smt.both((f"{one}goes", smt.no(f"{two}goes"))),
        )
    )
