"""Small changes of one rule, as a slip of the hand would make them; each is made on all paths of the rule."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from intent_bridge.guard import RuleSet, ir
from intent_bridge.guard.rules import Rule

SLIPS = {"<": ("<=", ">"), "<=": ("<", ">"), ">": (">=", "<"), ">=": (">", "<"), "==": ("!=",), "!=": ("==",)}
EFFECTS = {"deny": "confirm", "confirm": "deny", "watch": "confirm", "defer": "confirm"}
Change = Callable[[Rule], Rule | None]


def mutants(rules: RuleSet, name: str) -> Iterator[tuple[str, dict[str, tuple[Rule, ...]]]]:
    """What was changed, and the rules of every path that the change touches."""
    places = [(path, rule) for path, bound in rules.rules.items() for rule in bound if rule.text.id == name]
    first = places[0][1]
    for path, _ in places:
        yield f"{name}: not on {path}", {path: tuple(r for r in rules.rules[path] if r.text.id != name)}
    for what, change in _changes(first):
        touched = {}
        for path, rule in places:
            changed = change(rule)
            others = tuple(r for r in rules.rules[path] if r.text.id != name)
            touched[path] = (*others, changed) if changed is not None else others
        yield f"{name}: {what}", touched


def _changes(rule: Rule) -> Iterator[tuple[str, Change]]:
    if rule.text.effect in EFFECTS:
        other = EFFECTS[rule.text.effect]
        yield f"{rule.text.effect} becomes {other}", partial(_effect, other)
    if rule.when is not None:
        for n, (what, _) in enumerate(_nodes(rule.when)):
            yield f"when: {what}", partial(_nth, n)
        yield "always", lambda r: replace(r, when=None)
    for side in ("low", "high"):
        bound = getattr(rule, side)
        if bound is None:
            continue
        for step in (-1, 1):
            yield f"{side} {step:+d}", partial(_moved, side, step)
        if rule.low is not None and rule.high is not None:
            yield f"no {side}", partial(_with, side, None)
    if rule.limit is not None:
        for step in (-1, 1):
            yield f"limit {step:+d}", partial(_limit, step)


def _effect(effect: str, rule: Rule) -> Rule:
    return replace(rule, text=rule.text.model_copy(update={"effect": effect}))


def _limit(step: int, rule: Rule) -> Rule:
    assert rule.limit is not None
    return replace(rule, limit=replace(rule.limit, most=rule.limit.most + step))


def _with(side: str, bound: ir.Bound | None, rule: Rule) -> Rule:
    return replace(rule, low=bound) if side == "low" else replace(rule, high=bound)


def _moved(side: str, step: int, rule: Rule) -> Rule:
    bound = rule.low if side == "low" else rule.high
    assert bound is not None
    return _with(side, replace(bound, const=bound.const + step * bound.divisor), rule)


def _nth(n: int, rule: Rule) -> Rule:
    assert rule.when is not None
    return replace(rule, when=list(_nodes(rule.when))[n][1])


def _nodes(node: ir.Node) -> Iterator[tuple[str, ir.Node]]:
    """Every condition with one slip in it."""
    match node:
        case ir.Linear(op, _, const):
            for other in SLIPS[op]:
                yield f"{node.left} {other} {node.right}", replace(node, op=other)
            for step in (-1, 1):
                yield f"{node.left} {op} {node.right} {step:+d}", replace(node, const=const + step)
        case ir.Is(name, member):
            yield f"{name} != {member}", ir.Not(node)
        case ir.Flag(name):
            yield f"not {name}", ir.Not(node)
        case ir.Not(part):
            yield "not left out", part
            yield from ((what, ir.Not(inner)) for what, inner in _nodes(part))
        case ir.And(parts) | ir.Or(parts):
            kind, other_kind = (ir.And, ir.Or) if isinstance(node, ir.And) else (ir.Or, ir.And)
            yield "and for or, or for and", other_kind(parts)
            for n, part in enumerate(parts):
                rest = parts[:n] + parts[n + 1 :]
                yield f"part {n} left out", rest[0] if len(rest) == 1 else kind(rest)
                for what, inner in _nodes(part):
                    yield what, kind((*parts[:n], inner, *parts[n + 1 :]))
