"""What a vehicle's own catalogue may make of the shared sentences: a brand changes words, never facts.

A sentence of its own must carry every value that ours carries, in every form, must not bring figures of its
own, and may say that something is done only where ours does: there the ECU has confirmed it. Checked when a
vehicle's texts are loaded; a catalogue that fails is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Final

from fluent.syntax import ast, visitor

from intent_bridge.errors import Problem
from intent_bridge.texts.words import Words, parsed

CLAIMS: Final = "claims-done"
"""The message that holds, as a regular expression, a language's words for "it is done"."""
_CONFIRMED: Final = ("done", "clause-done", "no_effect", "clause-no_effect", "more-done", "more-no_effect")
_SELECTORS: Final[Mapping[str, tuple[Any, ...]]] = {
    "many": ("yes", "no"),
    "kind": ("switch", "number", "choice"),
    "minutes": (1, 7),
}
"""Variables that choose between forms, with the values that they have."""
_FIGURE: Final = re.compile(r"\d+")


def sentences_of(files: Iterable[Path]) -> dict[str, ast.Message]:
    """The messages of some Fluent files by id; a later file replaces an earlier one's."""
    found: dict[str, ast.Message] = {}
    for file in files:
        body = parsed(file.read_text(encoding="utf-8")).body
        found |= {entry.id.name: entry for entry in body if isinstance(entry, ast.Message)}
    return found


def untrue(file: Path, shared: Mapping[str, ast.Message], words: Words, own: Words) -> list[Problem]:
    """What is wrong with sentences of `file` that replace shared ones; `own` speaks with them."""
    claims = re.compile(words.text(CLAIMS), re.IGNORECASE) if words.has(CLAIMS) else None
    problems = []
    for name, message in sentences_of([file]).items():
        if name not in shared:
            continue
        for what, mend in _wrong(name, message, shared[name], words, own, claims):
            problems.append(Problem(file, None, f"`{name}` {what}", mend))
    return problems


def _wrong(
    name: str,
    message: ast.Message,
    base: ast.Message,
    words: Words,
    own: Words,
    claims: re.Pattern[str] | None,
) -> Iterator[tuple[str, str]]:
    needed, given = _placed(base), _variables(message)
    if foreign := sorted(given - _variables(base)):
        yield f"uses ${foreign[0]}, which it is not given", "use those of the shared sentence"
        return
    forms = [_form(given | needed, chosen) for chosen in product(*_SELECTORS.values())]
    said, shared = [own.text(name, form) for form in forms], [words.text(name, form) for form in forms]
    for variable in sorted(needed):
        if any(_mark(variable, form) not in text for form, text in zip(forms, said, strict=True)):
            yield f"loses ${variable}", "say it in every form"
    figures = set().union(*map(_figures, said)) - set().union(*map(_figures, shared))
    if figures:
        yield f"brings a figure of its own, {sorted(figures)[0]}", "leave figures to the variables"
    if claims is None:
        yield f"cannot be checked, the language has no `{CLAIMS}`", f"add `{CLAIMS}` to its sentences.ftl"
    elif (
        not name.startswith(_CONFIRMED)
        and any(map(claims.search, said))
        and not any(map(claims.search, shared))
    ):
        yield "says that something is done, which nobody has confirmed", "say only what the status says"


def _form(variables: Iterable[str], chosen: tuple[Any, ...]) -> dict[str, Any]:
    selected = dict(zip(_SELECTORS, chosen, strict=True))
    return {v: selected.get(v, f"⟦{v}⟧") for v in {*variables, *_SELECTORS}}


def _mark(variable: str, form: Mapping[str, Any]) -> str:
    return str(form[variable])


def _figures(text: str) -> set[str]:
    return set(_FIGURE.findall(text))


class _Variables(visitor.Visitor):
    def __init__(self) -> None:
        self.every: set[str] = set()
        self.placed: set[str] = set()

    def visit_Placeable(self, node: ast.Placeable) -> None:
        if isinstance(node.expression, ast.VariableReference):
            self.placed.add(node.expression.id.name)
        self.generic_visit(node)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.every.add(node.id.name)


def _visited(message: ast.Message) -> _Variables:
    found = _Variables()
    found.visit(message)
    return found


def _placed(message: ast.Message) -> set[str]:
    """The variables whose values a message says, other than to choose a form."""
    return _visited(message).placed


def _variables(message: ast.Message) -> set[str]:
    return _visited(message).every
