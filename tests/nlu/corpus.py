"""Our own sentences: `python -m tests.nlu.corpus [--json] [--misses]` says what is understood.

Written by hand, each on a line of its own: in `<language>.txt` under the call that they mean (`= set_window
percent=100`, several calls with `;` between), in `<language>_no.txt` what must not act. Those in
`held_back/` were written after the lexicons and never looked at by whoever works on them: they are counted.
A set that was looked at moves to the others, and a new one is written.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from intent_bridge.cli.options import json_or_text
from intent_bridge.intents import Catalogue
from intent_bridge.nlu import Understood, understand
from intent_bridge.profile import load_profile

FOLDER = Path(__file__).with_name("data")
LANGUAGES = tuple(sorted(file.name.removesuffix("_no.txt") for file in FOLDER.glob("*_no.txt")))


@dataclass(frozen=True)
class Said:
    """One sentence, and the calls it means; none for one that must not act."""

    text: str
    wanted: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
    held_back: bool


@dataclass(frozen=True)
class Heard:
    """What was made of one sentence."""

    said: Said
    got: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
    reason: str

    @property
    def right(self) -> bool:
        """Every call as wanted, and none besides."""
        return self.got == self.said.wanted

    @property
    def wrong_action(self) -> bool:
        """Something is done that was not asked."""
        return bool(self.got) and not self.right


@cache
def catalogue() -> Catalogue:
    """The tools of the vehicle that the sentences are for."""
    return Catalogue(load_profile("demo_sedan"))


def sentences(language: str) -> Iterator[Said]:
    """All sentences of a language."""
    for folder in (FOLDER, FOLDER / "held_back"):
        held_back = folder != FOLDER
        wanted: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
        for line in _lines(folder / f"{language}.txt"):
            if line.startswith("="):
                wanted = tuple(_call(text) for text in line[1:].split(";"))
            else:
                yield Said(line, wanted, held_back)
        for line in _lines(folder / f"{language}_no.txt"):
            yield Said(line, (), held_back)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []


def heard(language: str) -> Iterator[Heard]:
    """Every sentence with what `understand` makes of it."""
    for said in sentences(language):
        result = understand(said.text, language, catalogue())
        if isinstance(result, Understood):
            got = tuple((call.name, tuple(sorted(call.arguments.items()))) for call in result.calls)
            yield Heard(said, got or (("undo", ()),) if result.undo else got, "")
        else:
            yield Heard(said, (), result.reason)


def figures(language: str, held_back: bool) -> dict[str, float]:
    """Counts and shares, in percent, of one half of one language."""
    half = [h for h in heard(language) if h.said.held_back == held_back]
    scope = [h for h in half if h.said.wanted]
    rest = [h for h in half if not h.said.wanted]
    wrong = [h for h in half if h.wrong_action]
    return {
        "in_scope": len(scope),
        "right_percent": round(100 * sum(h.right for h in scope) / max(len(scope), 1), 2),
        "must_not_act": len(rest),
        "acted": sum(bool(h.got) for h in rest),
        "wrong_actions": len(wrong),
        "wrong_percent": round(100 * len(wrong) / max(len(half), 1), 2),
    }


def misses(language: str, held_back: bool = False) -> Iterator[str]:
    """The sentences of a half that are not understood as they should be."""
    for one in heard(language):
        if one.said.held_back == held_back and not one.right:
            wanted = _shown(one.said.wanted) or "nothing"
            yield f"{one.said.text}: {_shown(one.got) or one.reason}, not {wanted}"


def _call(text: str) -> tuple[str, tuple[tuple[str, Any], ...]]:
    name, *pairs = text.split()
    arguments = ((key, json_or_text(value)) for key, _, value in (pair.partition("=") for pair in pairs))
    return name, tuple(
        sorted((k, v if k not in ("mode", "direction", "sensitivity") else str(v)) for k, v in arguments)
    )


def _shown(calls: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]) -> str:
    return "; ".join(f"{name} {' '.join(f'{k}={v}' for k, v in pairs)}".strip() for name, pairs in calls)


def main() -> None:
    """Print the table (or JSON), and on request the sentences that failed in the half worked on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--misses", action="store_true", help="of the development half only")
    given = options.parse_args()
    table = {
        f"{language} {'held back' if held else 'development'}": figures(language, held)
        for language in LANGUAGES
        for held in (False, True)
        if any(said.held_back == held for said in sentences(language))
    }
    if given.json:
        print(json.dumps(table))
        return
    for name, row in table.items():
        print(f"{name:18}" + "  ".join(f"{key} {value}" for key, value in row.items()))
    if given.misses:
        for language in LANGUAGES:
            print("\n".join(misses(language)))


if __name__ == "__main__":
    main()
