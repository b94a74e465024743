"""The JSON schema of `profile.yaml`, made from its model: `python -m intent_bridge.profile.schema` writes it.

Editors use it through the first line of a profile (`# yaml-language-server: $schema=…`).
"""

import ast
import inspect
import json
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from . import model, protection_model
from .load import data_dir
from .model import ProfileFile

NAME: Final = "profile.schema.json"


def profile_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a whole `profile.yaml`."""
    schema = ProfileFile.model_json_schema(mode="validation")
    _describe(schema)
    _close(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _describe(schema: dict[str, Any]) -> None:
    """Add the docstring below each field. Read here: reading them takes longer than making the classes."""
    texts: dict[tuple[str, str], str] = {}
    for module in (model, protection_model):
        parts = ast.parse(inspect.getsource(module)).body
        for part in (part for part in parts if isinstance(part, ast.ClassDef)):
            for line, text in pairwise(part.body):
                match line, text:
                    case ast.AnnAssign(ast.Name(field)), ast.Expr(ast.Constant(str(said))):
                        texts[part.name, field] = inspect.cleandoc(said)
    for name, shown in {ProfileFile.__name__: schema, **schema["$defs"]}.items():
        origin = getattr(model, name, None) or getattr(protection_model, name)
        for field, says in shown.get("properties", {}).items():
            found = [
                texts[base.__name__, field] for base in origin.__mro__ if (base.__name__, field) in texts
            ]
            if found:
                shown["properties"][field] = dict(sorted({**says, "description": found[0]}.items()))


def _close(part: object) -> None:
    """Forbid the keys that match no pattern: pydantic refuses them, its schema forgets to say so."""
    if isinstance(part, dict):
        if "patternProperties" in part:
            part["additionalProperties"] = False
        for child in part.values():
            _close(child)
    elif isinstance(part, list):
        for child in part:
            _close(child)


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(profile_schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema() -> Path:
    """Write the schema beside the shipped vehicles; returns its path."""
    file = data_dir() / NAME
    file.write_text(schema_text(), encoding="utf-8")
    return file


if __name__ == "__main__":
    print(write_schema())
