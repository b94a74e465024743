"""Collects the problems of one YAML file, each with the line of the part it is about."""

from collections.abc import Sequence
from difflib import get_close_matches

from ..errors import Problem
from .yaml import Document


class Report:
    """The problems found in one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def add(self, path: Sequence[str | int], what: str, mend: str) -> None:
        """Note a problem with the part at `path`."""
        line = self.document.line_of(tuple(path))
        self.problems.append(Problem(self.document.file, line, what, mend))


def one_of(wrong: str, known: Sequence[str]) -> str:
    """The mend for a misspelt name: the nearest known one, or some of those there are."""
    near = get_close_matches(wrong, known, n=1)
    return f"did you mean `{near[0]}`" if near else f"known: {', '.join(sorted(known)[:8]) or 'none'}"
