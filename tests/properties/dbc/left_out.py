"""The DBC files that are not accepted after repair, each with its reason, as checked in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

LIST = Path(__file__).parents[2] / "data" / "dbc_left_out.yaml"


def listed(package: str) -> Mapping[str, Any]:
    """Version, files wrong on purpose, and files not accepted, of one package."""
    loaded: Mapping[str, Mapping[str, Any]] = YAML(typ="safe").load(LIST)
    return loaded[package]


def invalid_on_purpose(package: str) -> frozenset[str]:
    """Names of the fixtures that their authors made to be refused."""
    return frozenset(listed(package)["invalid_on_purpose"])
