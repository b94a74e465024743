"""Patterns of phrases, `[the] (window|pane)`: which texts each part may be, one part after another.

A pattern of some groups stands for thousands of phrases, and its parts for a few dozen texts: a tree of
phrases is grown part by part. Parts are cut only where the words of what stands before and behind it are the
same cut or not.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod


def parts_of(pattern: str, is_cut: Callable[[str], bool]) -> list[list[str]]:
    """The texts that each part of a pattern may be; `""` where it may be left out.

    `is_cut` tells letters at which words are cut for certain: blanks, and characters that are words alone.
    """
    parts = _parts(pattern)
    merged: list[list[str]] = [[""]]
    for number, part in enumerate(parts):
        if number and (_ends(parts[number - 1 :: -1], -1, is_cut) or _ends(parts[number:], 0, is_cut)):
            merged.append([""])
        merged[-1] = [before + text for before in merged[-1] for text in part]
    return [list(dict.fromkeys(part)) for part in merged]


def phrases(pattern: str) -> int:
    """How many phrases a pattern stands for."""
    return prod(map(len, _parts(pattern)))


def _parts(pattern: str) -> list[list[str]]:
    parts: list[list[str]] = [[""]]
    rest = iter(pattern)
    for letter in rest:
        if letter == "(":
            parts += [_alternatives(rest, ")"), [""]]
        elif letter == "[":
            parts += [[*_alternatives(rest, "]"), ""], [""]]
        elif letter == "|":  # the whole pattern is a choice
            return [_alternatives(iter(pattern))]
        else:
            parts[-1][0] += letter
    return [part for part in parts if part != [""]] or [[""]]


def _ends(parts: Sequence[Sequence[str]], edge: int, is_cut: Callable[[str], bool]) -> bool:
    """Whether every text that can stand at this edge of the parts, nearest first, is cut there."""
    for part in parts:
        if not all(is_cut(text[edge]) for text in part if text):
            return False
        if "" not in part:
            return True
    return True


def _alternatives(rest: Iterator[str], closing: str = "") -> list[str]:
    done: list[str] = []
    now: list[list[str]] = [[""]]

    def finish() -> None:
        done.extend("".join(parts) for parts in product(*now))

    for letter in rest:
        if letter == closing:
            finish()
            return done
        if letter == "(":
            now.append(_alternatives(rest, ")"))
        elif letter == "[":
            now.append([*_alternatives(rest, "]"), ""])
        elif letter == "|":
            finish()
            now = [[""]]
        else:
            now.append([letter])
    finish()
    return done
