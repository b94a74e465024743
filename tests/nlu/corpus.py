"""Our own sentences: `python -m tests.nlu.corpus [--json] [--misses]` says what is understood.

Written by hand, each on a line of its own: in `<language>.txt` under the call that they mean (`= set_window
percent=100`, several calls with `;` between), in `<language>_no.txt` what must not act. Where another meaning
is as good, it follows ` | `, after the first or after one sentence. Those in `held_back/` were written after
the lexicons and never looked at by whoever works on them: they are counted. A set that was looked at moves
to `rounds/`, and a new one is written; `--file 06` counts one alone.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from intent_bridge.cli.options import json_or_text
from intent_bridge.intents import Catalogue
from intent_bridge.nlu import Understood, understand
from intent_bridge.profile import load_profile

FOLDER = Path(__file__).with_name("data")
LANGUAGES = tuple(sorted(file.name.removesuffix("_no.txt") for file in FOLDER.glob("*_no.txt")))


_OWN: Final = "zone=driver"
"""All are said by the driver, whose place is meant where none is named: both ways to write it are one."""
Calls: TypeAlias = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


@dataclass(frozen=True)
class Said:
    """One sentence, and the calls it means; none for one that must not act."""

    text: str
    wanted: Calls
    held_back: bool
    file: str = ""
    also: tuple[Calls, ...] = ()
    """Other meanings that are as good."""


@dataclass(frozen=True)
class Heard:
    """What was made of one sentence."""

    said: Said
    got: Calls
    reason: str

    @property
    def right(self) -> bool:
        """Every call as wanted, in any order, and none besides."""
        return sorted(self.got, key=str) in [
            sorted(one, key=str) for one in (self.said.wanted, *self.said.also)
        ]

    @property
    def wrong_action(self) -> bool:
        """Something is done that was not asked."""
        return bool(self.got) and not self.right


Done: TypeAlias = list[tuple[str, dict[str, object]]]


@cache
def catalogue() -> Catalogue:
    """The tools of the vehicle that the sentences are for."""
    return Catalogue(load_profile("demo_sedan"))


def done(text: str, language: str) -> Done:
    """The calls that a sentence comes to, in the order in which they were said; none where it abstains."""
    found = understand(text, language, catalogue())
    return [(c.name, dict(c.arguments)) for c in found.calls] if isinstance(found, Understood) else []


def sentences(language: str, folder: Path = FOLDER) -> Iterator[Said]:
    """All sentences of a language in a folder."""
    for file in sorted(folder.rglob("*.txt")):
        name = file.stem.removesuffix("_no")
        if name.rpartition("_")[2] != language:
            continue
        held_back = file.parent.name == "held_back"
        meant: tuple[Calls, ...] = ()
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("="):
                meant = _choices(line[1:])
            else:
                text, _, more = line.partition(" | ")
                first, *others = (*meant, *(_choices(more) if more else ())) or ((),)
                yield Said(text, first, held_back, file.stem, tuple(others))


def _choices(text: str) -> tuple[Calls, ...]:
    return tuple(tuple(_call(call) for call in choice.split(";")) for choice in text.split("|"))


def heard(language: str, held_back: bool | None = None, file: str = "", one_in: int = 1) -> Iterator[Heard]:
    """What `understand` makes of the sentences of one half, or of the files whose name begins so.

    `one_in`: of those in scope only each so many.
    """
    for number, said in enumerate(sentences(language)):
        if not _chosen(said, held_back, file) or (said.wanted and number % one_in):
            continue
        result = understand(said.text, language, catalogue())
        if isinstance(result, Understood):
            got = tuple((call.name, without_own(call.arguments)) for call in result.calls)
            yield Heard(said, got or (("undo", ()),) if result.undo else got, "")
        else:
            yield Heard(said, (), result.reason)


def figures(language: str, held_back: bool | None, file: str = "", one_in: int = 1) -> dict[str, float]:
    """Counts and shares, in percent, of one half of one language, or of the files whose name begins so."""
    half = list(heard(language, held_back, file, one_in))
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


def _chosen(said: Said, held_back: bool | None, file: str) -> bool:
    return said.file.startswith(file) if held_back is None else said.held_back == held_back


def misses(language: str, held_back: bool | None = False, file: str = "") -> Iterator[str]:
    """The sentences of a half, or of a file, that are not understood as they should be."""
    for one in heard(language, held_back, file):
        if not one.right:
            wanted = _shown(one.said.wanted) or "nothing"
            yield f"{one.said.text}: {_shown(one.got) or one.reason}, not {wanted}"


def _call(text: str) -> tuple[str, tuple[tuple[str, Any], ...]]:
    name, *pairs = text.split()
    arguments = (
        (key, json_or_text(value))
        for key, _, value in (pair.partition("=") for pair in pairs if pair != _OWN)
    )
    return name, tuple(
        sorted((k, v if k not in ("mode", "direction", "sensitivity") else str(v)) for k, v in arguments)
    )


def without_own(arguments: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Arguments sorted, the speaker's own place left out: it is meant where none is named."""
    return tuple(sorted((key, value) for key, value in arguments.items() if f"{key}={value}" != _OWN))


def _shown(calls: Calls) -> str:
    return "; ".join(f"{name} {' '.join(f'{k}={v}' for k, v in pairs)}".strip() for name, pairs in calls)


def main() -> None:
    """Print the table (or JSON), and on request the sentences that failed in the half worked on."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--misses", action="store_true", help="of the development half only")
    options.add_argument("--file", help="only the files that begin so: 06_en, or 06")
    given = options.parse_args()
    if given.file:
        table = {
            language: row
            for language in LANGUAGES
            if (row := figures(language, None, given.file))["in_scope"] or row["must_not_act"]
        }
    else:
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
            half = None if given.file else False
            print("\n".join(misses(language, half, given.file or "")))


if __name__ == "__main__":
    main()
