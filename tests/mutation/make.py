"""The mutants of one module, as whole texts: mutmut's slips in operators, constants and conditions.

Left out are texts (no verdict hangs on their letters) and positional arguments (the type checker sees those).
Beyond mutmut: a condition turned round, a named argument left out, min for max and any for all.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import libcst as cst
from mutmut.mutation import mutators

TAKEN = frozenset(
    (
        mutators.operator_number,
        mutators.operator_name,
        mutators.operator_assignment,
        mutators.operator_augmented_assignment,
        mutators.operator_remove_unary_ops,
        mutators.operator_keywords,
        mutators.operator_swap_op,
        mutators.operator_match,
        mutators.operator_if_exp,
        mutators.operator_lambda,
        mutators.operator_symmetric_string_methods_swap,
        mutators.operator_unsymmetrical_string_methods_swap,
    )
)
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
STRICT = "strict"
"""`zip(…, strict=True)` claims something, as an assertion does."""
PASSED_OVER = (cst.Annotation, cst.Decorator, cst.Param, cst.Assert, cst.Raise)
"""Nothing is decided there: types, what runs at import, what is claimed, and texts of errors."""


Seen = Counter[tuple[str, str, str]]


@dataclass(frozen=True)
class Mutant:
    """One change of one function; `was` and `now` are its first line that changes."""

    module: str
    function: str
    was: str
    now: str
    text: Callable[[], str]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names it as long as the function's text stays."""
        return self.module, self.function, self.was, self.now


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of the functions and methods of a module, in the order of the text."""
    module = cst.parse_module(path.read_text("utf-8"))
    seen: Seen = Counter()

    def whole(index: int, changed: cst.CSTNode) -> str:
        return str(module.with_changes(body=_at(module.body, index, changed)).code)

    def method_in(index: int, at: int, changed: cst.CSTNode) -> str:
        owner: Any = module.body[index]
        block = owner.body.with_changes(body=_at(owner.body.body, at, changed))
        return whole(index, owner.with_changes(body=block))

    for index, node in enumerate(module.body):
        if isinstance(node, cst.FunctionDef):
            for changed in _changed(node):
                text = partial(whole, index, changed)
                yield _named(path, node.name.value, (node, changed), text, seen)
        if isinstance(node, cst.ClassDef):
            for at, method in enumerate(node.body.body):
                if isinstance(method, cst.FunctionDef):
                    name = f"{node.name.value}.{method.name.value}"
                    for changed in _changed(method):
                        text = partial(method_in, index, at, changed)
                        yield _named(path, name, (method, changed), text, seen)


def _at(body: Iterable[Any], index: int, changed: cst.CSTNode) -> list[Any]:
    return [changed if n == index else each for n, each in enumerate(body)]


def _named(
    path: Path, name: str, nodes: tuple[cst.CSTNode, cst.CSTNode], text: Callable[[], str], seen: Seen
) -> Mutant:
    before, after = (cst.Module([]).code_for_node(node).splitlines() for node in nodes)
    lines = zip_longest(before, after, fillvalue="")
    was, now = next(((a.strip(), b.strip()) for a, b in lines if a != b), ("", ""))
    seen[(name, was, now)] += 1
    again = seen[(name, was, now)]
    return Mutant(str(path), name, was, now if again == 1 else f"{now}  # {again}", text)


def _changed(function: cst.FunctionDef) -> Iterator[cst.FunctionDef]:
    for old, new in _slips(function.body):
        yield function.with_changes(body=function.body.deep_replace(old, new))


def _slips(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """A node and what stands in its place, for every slip below."""
    if isinstance(node, PASSED_OVER) or _is_claim(node):
        return
    for kind, operator in mutators.mutation_operators:
        if operator in TAKEN and isinstance(node, kind):
            yield from ((node, new) for new in operator(node) if not _drops_never(node, new))
    yield from ((node, new) for new in _more(node))
    for child in node.children:
        yield from _slips(child)


def _is_claim(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == STRICT


def _drops_never(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    """Whether a case is left out that the type checker shows is never reached."""
    if not isinstance(old, cst.Match) or not isinstance(new, cst.Match):
        return False
    dropped = [case for case in old.cases if case not in new.cases]
    return any("assert_never(" in cst.Module([]).code_for_node(case) for case in dropped)


def _more(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.If | cst.While | cst.CompIf):
        turned = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), turned))
    if isinstance(node, cst.Call):
        for n, arg in enumerate(node.args):
            if arg.keyword is not None and arg.keyword.value != STRICT:
                yield node.with_changes(args=[*node.args[:n], *node.args[n + 1 :]])
        if isinstance(node.func, cst.Name) and node.func.value in SWAPPED:
            yield node.with_changes(func=node.func.with_changes(value=SWAPPED[node.func.value]))
