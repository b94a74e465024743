"""docs/add-a-vehicle.md is true to the code: every key is there, none is made up, the example is real."""

import re
from pathlib import Path

from intent_bridge.profile import model
from intent_bridge.profile.protection_model import E2E
from intent_bridge.profile.yaml import read_yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "add-a-vehicle.md").read_text(encoding="utf-8")
DESCRIBED_ELSEWHERE = {"take", "map", "fixed"}
"""Keys of tools.yaml, which this page only names."""


def test_every_key_of_a_profile_is_explained() -> None:
    shapes = (
        model.ProfileFile,
        model.Bus,
        model.Message,
        E2E,
        model.Response,
        model.Sensor,
        model.Actuator,
    )
    keys = {key for shape in shapes for key in shape.model_fields}
    keys |= {
        key
        for shape in (model.Scene, model.Step, model.Need, model.Routine, model.Budget, model.Motion)
        for key in shape.model_fields
    }
    explained = set(re.findall(r"\b[a-z][a-z0-9_]*\b", " ".join(re.findall(r"`([^`\n]+)`", TEXT))))
    named_by_a_heading = {"messages", "sensors", "actuators", "scenes", "routines", "lacks"}
    assert keys - explained - named_by_a_heading - DESCRIBED_ELSEWHERE == set()


def test_every_key_in_its_tables_is_one() -> None:
    profile_part = TEXT[TEXT.index("## profile.yaml") : TEXT.index("## What is checked")]
    first_cells = re.findall(r"^\| (`[^|]*`) \|", profile_part, re.MULTILINE)
    keys = {key for cell in first_cells for key in re.findall(r"`(\w+)`", cell)}
    known = {key for shape in vars(model).values() for key in getattr(shape, "model_fields", {})}
    assert keys - known == set()


def test_its_example_case_is_one_of_the_demo_sedans(tmp_path: Path) -> None:
    block = re.search(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    assert block is not None
    file = tmp_path / "cases.yaml"
    file.write_text(block[1], encoding="utf-8")
    (example,) = read_yaml(file).data
    del example["from"]  # what is left out there
    assert example in read_yaml(ROOT / "dbc" / "demo_sedan" / "cases.yaml").data
