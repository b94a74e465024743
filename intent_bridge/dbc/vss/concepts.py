"""What a signal may mean (`concepts.yaml`), read once."""

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from intent_bridge.dbc.vss.words import FOLDER
from intent_bridge.profile.yaml import read_yaml


class Concept(BaseModel):
    """One path, or one path per zone, and what a signal must look like to mean it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    needs: tuple[frozenset[str], ...]
    helps: frozenset[str] = frozenset()
    unlike: frozenset[str] = frozenset()
    type: Literal["number", "boolean", "enum"]
    units: tuple[str, ...] = ()
    within: tuple[float, float] | None = None
    sets: bool = False
    moves: bool = False
    asks_on: bool = False
    """A function's switch: a signal that reports something of the function is not it unless it says "on"."""
    overlay: bool = False
    vhal: str = ""

    @field_validator("needs", mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        return [[one] if isinstance(one, str) else one for one in given] if isinstance(given, list) else given

    @property
    def needed(self) -> frozenset[str]:
        """All words that one of the needs names."""
        return frozenset().union(*self.needs)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    concepts: tuple[Concept, ...]


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """The concepts that ship with the library."""
    return _File.model_validate(read_yaml(FOLDER / "concepts.yaml").data).concepts
