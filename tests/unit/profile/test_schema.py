"""The generated JSON schema stands in the repository and judges profiles as the model does."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from intent_bridge.profile import data_dir, shipped_vehicles
from intent_bridge.profile.model import ProfileFile
from intent_bridge.profile.schema import NAME, profile_schema, schema_text, write_schema
from intent_bridge.profile.yaml import read_yaml

from .conftest import TINY_CAR

VALIDATOR = Draft202012Validator(profile_schema())
TINY: dict[str, Any] = read_yaml(TINY_CAR / "profile.yaml").data


def _model_accepts(data: object) -> bool:
    try:
        ProfileFile.model_validate_json(json.dumps(data), strict=True)
    except ValidationError:
        return False
    return True


def test_the_file_in_the_repository_is_the_generated_one() -> None:
    """Otherwise run `python -m intent_bridge.profile.schema`."""
    assert (data_dir() / NAME).read_text(encoding="utf-8") == schema_text()


def test_the_command_writes_it_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intent_bridge.profile.schema.data_dir", lambda: tmp_path)
    assert write_schema().read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(profile_schema())


def test_every_profile_that_loads_is_valid_for_editors_too() -> None:
    VALIDATOR.validate(TINY)
    for name in shipped_vehicles():
        VALIDATOR.validate(read_yaml(data_dir() / name / "profile.yaml").data)


SPEED = ("sensors", "Vehicle.Speed")
SEAT = ("actuators", "Vehicle.Cabin.Seat.Row1.DriverSide.Position")
DELETE = object()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("vehicle",), DELETE),
        (("vehicle",), "Tiny Car"),
        (("driver_side",), "middle"),
        (("packs",), []),
        (("colour",), "red"),
        (("buses", "body", "dbc"), "../body.dbc"),
        (("buses", "body", "bitrate"), 0),
        (("messages", "CLIMATE_CMD", "e2e", "profile"), "P99"),
        (("sensors", "speed"), {}),
        ((*SPEED, "step"), DELETE),
        ((*SPEED, "step"), "0.1"),
        ((*SPEED, "values"), {"A": 1}),
        ((*SPEED, "range"), [0, 1, 2]),
        ((*SPEED, "max_age_ms"), 0),
        ((*SPEED, "max_age_ms"), "200"),
        ((*SPEED, "signal"), "Speed"),
        ((*SPEED, "type"), "float"),
        (("sensors", "Vehicle.Powertrain.Transmission.SelectedGear", "unit"), "s"),
        ((*SEAT, "lifetime_ms"), DELETE),
        ((*SEAT, "neutral"), DELETE),
        ((*SEAT, "motion", "tolerance"), -1),
        ((*SEAT, "budget", "changes"), 0),
    ],
)
def test_schema_and_model_refuse_the_same(path: tuple[str, ...], value: object) -> None:
    data = deepcopy(TINY)
    part: dict[str, Any] = data
    for key in path[:-1]:
        part = part[key]
    if value is DELETE:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    assert not VALIDATOR.is_valid(data)
    assert not _model_accepts(data)
