"""What no profile may command, whatever it says: the never-list, which is data (`packs/never.yaml`).

An actuator is forbidden by its VSS path, by the VHAL property it claims to be, or by a telling word in
any of its names: path, DBC command message and signal, tool. `words: [child lock]` finds `ChildLock`,
`CHILD_LOCK` and `childlock`. Sensors are free: reading an airbag's state harms nobody.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Final

from . import model
from .base import Model
from .yaml import read_yaml

FILE: Final = Path(__file__).resolve().parents[1] / "packs" / "never.yaml"
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Entry(Model):
    """One thing that is never commanded. `paths` and `vhal` are patterns in which `*` is any text."""

    id: str
    why: str
    source: str
    paths: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    vhal: tuple[str, ...] = ()

    @cached_property
    def spoken(self) -> re.Pattern[str]:
        """Finds one of the words in lower-case names whose words are set apart; nothing if there are none."""
        phrases = "|".join(re.escape(phrase).replace(r"\ ", " ?") for phrase in self.words)
        return re.compile(rf"\b(?:{phrases})s?\b" if phrases else r"(?!)")


class _NeverFile(Model):
    never: tuple[Entry, ...]


@dataclass(frozen=True)
class Never:
    """The never-list, ready to judge actuators."""

    entries: tuple[Entry, ...]

    @classmethod
    def load(cls, file: Path = FILE) -> "Never":
        """Read the list that ships with the library."""
        return cls(_NeverFile.model_validate(read_yaml(file).data).never)

    def forbids(self, path: str, spec: model.Actuator) -> Entry | None:
        """The entry that forbids this actuator, or None."""
        vhal = spec.vhal.property if spec.vhal else ""
        return self.forbidding(path, (spec.command, spec.tool.name if spec.tool else ""), vhal)

    def forbidding(self, path: str, others: tuple[str, ...], vhal: str = "") -> Entry | None:
        """The entry that forbids a path with these other names (command signal, tool), or None."""
        names = (path, *others, vhal)
        spelt = "\n".join(" ".join(_WORD.findall(name)) for name in names).lower()
        for entry in self.entries:
            if (
                any(fnmatchcase(path.lower(), pattern.lower()) for pattern in entry.paths)
                or any(fnmatchcase(vhal, pattern) for pattern in entry.vhal)
                or entry.spoken.search(spelt)
            ):
                return entry
        return None
