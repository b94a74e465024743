"""The JSON schema of `profile.yaml`, made from its model: `python -m intent_bridge.profile.schema` writes it.

Editors use it through the first line of a profile (`# yaml-language-server: $schema=…`).
"""

import json
from pathlib import Path
from typing import Any, Final

from .load import data_dir
from .model import ProfileFile

NAME: Final = "profile.schema.json"


def profile_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a whole `profile.yaml`."""
    schema = ProfileFile.model_json_schema(mode="validation")
    _close(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


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
