"""Collects the problems of one YAML file, each with the line of the part it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from ..errors import Problem
from .yaml import Document


@dataclass(frozen=True)
class Place:
    """One part of a document, where a problem may be noted. All places of a document share `problems`."""

    document: Document
    problems: list[Problem]
    path: tuple[str | int, ...] = ()

    def below(self, *path: str | int) -> "Place":
        """A part of this part."""
        return Place(self.document, self.problems, (*self.path, *path))

    def problem(self, what: str, mend: str) -> None:
        """Note what is wrong here and how to mend it."""
        line = self.document.line_of(self.path)
        self.problems.append(Problem(self.document.file, line, what, mend))


def one_of(wrong: str, known: Iterable[str]) -> str:
    """The mend for a misspelt name: the nearest known one, or some of those there are."""
    names = sorted(known)
    if near := get_close_matches(wrong, names, n=1):
        return f"did you mean `{near[0]}`?"
    return f"known are {', '.join(f'`{n}`' for n in names[:8])}" if names else "there are none"
