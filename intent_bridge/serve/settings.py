"""`assistant.yaml`: voice, rules, context, kinds of texts and limits of the model loop, checked at load."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intent_bridge.errors import Problem, ProfileError
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.serve.request import DataClass

DATA: Final = Path(__file__).parent / "data"
Count = Annotated[int, Field(ge=1, le=100_000)]
M = TypeVar("M", bound=BaseModel)


class Strict(BaseModel):
    """A part of a data file: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemKind(Strict):
    """One kind of text: what it tells of people, and whether somebody outside the car wrote it."""

    data: DataClass
    outside: bool


class Limits(Strict):
    """How much one request may take."""

    turns: Count
    calls: Count
    mends: Annotated[int, Field(ge=0, le=2)]
    tokens: Count
    answer_tokens: Count
    time_ms: Count
    answer_chars: Count
    item_chars: Count
    items: Count
    history: Annotated[int, Field(ge=0, le=20)]


class Settings(Strict):
    """The whole file."""

    voice: Mapping[str, str]
    rules: Mapping[str, str]
    context: Mapping[str, DataClass]
    items: Mapping[str, ItemKind]
    limits: Limits


def load_data(file: Path, model: type[M]) -> M:
    """A YAML data file as its model; ProfileError with every problem."""
    try:
        return model.model_validate(plain(read_yaml(file).data))
    except ValidationError as error:
        texts = [f"`{'.'.join(map(str, e['loc']))}`: {e['msg'].lower()}" for e in error.errors()]
        raise ProfileError([Problem(file, None, text, "mend the file") for text in texts]) from None


def plain(value: Any) -> Any:
    """YAML's own containers as dicts and lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


@cache
def settings(file: Path = DATA / "assistant.yaml") -> Settings:
    """The settings of a file, read once; ProfileError with every problem."""
    return load_data(file, Settings)
