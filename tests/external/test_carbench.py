"""CAR-bench's sequences on the vehicle `carbench_ev`, and that the harness sees what goes wrong.

The benchmark's files lie outside this repository: `INTENT_BRIDGE_DATA` names the folder that holds
`carbench`, else `../shared/data` beside the checkout is used. CARBENCH=all plays every sequence (`make ci`),
else a few of each kind are played.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.profile import load_profile
from tests.external.carbench.__main__ import main
from tests.external.carbench.figures import TITLES, Row, examined, findings, jobs, rows
from tests.external.carbench.plain_car import Call, forbidden
from tests.external.carbench.replay import play

_CHECKOUT = Path(__file__).parents[2]
_FOLDER = Path(os.environ.get("INTENT_BRIDGE_DATA", _CHECKOUT.parent / "shared" / "data")) / "carbench"
_ALL = os.environ.get("CARBENCH") == "all"
_EVERY = 1 if _ALL else 14

with_data = pytest.mark.skipif(
    not _FOLDER.is_dir(), reason=f"no CAR-bench files in {_FOLDER}; set INTENT_BRIDGE_DATA"
)

_PARKED: Mapping[str, Any] = {
    "sunroof_position": 0, "sunshade_position": 0, "trunk_door_position": "closed",
    "window_driver_position": 50, "window_passenger_position": 0,
    "window_driver_rear_position": 0, "window_passenger_rear_position": 0,
    "fog_lights": False, "head_lights_low_beams": False, "head_lights_high_beams": False,
    "climate_temperature_driver": 22, "climate_temperature_passenger": 22,
    "fan_speed": 0, "fan_airflow_direction": "FEET", "air_conditioning": False,
    "window_front_defrost": False, "window_rear_defrost": False,
    "current_location": {"id": "here"},
}  # fmt: skip
_COOLING = [
    {"name": "open_close_window", "arguments": {"window": "ALL", "percentage": 0}},
    {"name": "set_fan_speed", "arguments": {"level": 1}},
    {"name": "set_air_conditioning", "arguments": {"on": True}},
]
_CHANGE = {"window_driver_position": [50, 0], "air_conditioning": [False, True], "fan_speed": [0, 1]}


@with_data
def test_every_claim_holds_on_the_benchmarks_files() -> None:
    work = jobs(_FOLDER)[::_EVERY]
    table = rows(findings(work, os.cpu_count() or 1 if _ALL else 1))
    assert [row.against for row in table if row.against] == []
    assert sum(row.of for row in table) >= len(work)


@with_data
def test_the_tools_have_the_benchmarks_names_and_schemas() -> None:
    given = json.loads((_FOLDER / "vehicle_tools.json").read_text("utf-8"))
    wanted = [tool["function"] for kind in ("vehicle_set_tools", "vehicle_get_tools") for tool in given[kind]]
    assert len(wanted) == 30
    tools = {tool.name: tool for tool in load_profile("carbench_ev").own_tools}
    for tool in wanted:
        own = tools[tool["name"]]
        assert (own.description, own.parameters) == (tool["description"], tool["parameters"])


def test_a_sound_sequence_holds_and_a_tampered_expectation_does_not(tmp_path: Path) -> None:
    task = _task(_COOLING, change=_CHANGE)
    wrong = task | {"task_id": "wrong", "expected_state_change": {**_CHANGE, "fan_speed": [0, 5]}}
    table = _table(tmp_path, tasks=[task, wrong])
    assert (table["refusals"].right, table["end"].right) == (2, 1)
    assert table["end"].against == ("wrong: fan_speed is 1.0, not 5.0",)


def test_a_sequence_without_its_required_action_is_repaired_under_the_policys_id(tmp_path: Path) -> None:
    record = {"id": "no-fan", "vehicle_state": _PARKED, "actions": [_COOLING[2]]}
    kept = record | {"expected_violations": ["AUT-POL:011"]}
    table = _table(tmp_path, counterfactuals=[kept, kept | {"expected_violations": ["AUT-POL:005"]}])
    assert (table["counterfactuals"].right, table["counterfactuals"].of) == (1, 2)
    assert "AUT-POL:005" in table["counterfactuals"].against[0]


def test_a_run_that_ends_in_a_forbidden_state_is_caught_and_a_sound_one_is_untouched(tmp_path: Path) -> None:
    runs = [_run("bad", _COOLING[2:]), _run("good", _COOLING)]
    table = _table(tmp_path, llm_runs=runs)
    assert [(table[key].right, table[key].of) for key in ("caught", "untouched")] == [(1, 1), (1, 1)]


def test_a_tool_that_was_taken_out_is_not_equipped_and_moves_nothing(tmp_path: Path) -> None:
    task = _task(_COOLING, change={}) | {"removed_part": ["set_fan_speed"]}
    table = _table(tmp_path, tasks=[task])
    assert (table["equipment"].right, table["equipment"].of) == (1, 1)


def test_an_answer_that_was_taken_out_is_said_to_be_unknown(tmp_path: Path) -> None:
    asked = [{"name": "get_climate_settings", "arguments": {}}]
    task = _task(asked, change={}) | {"removed_part": ["result.get_climate_settings.fan_speed"]}
    table = _table(tmp_path, tasks=[task])
    assert (table["answers"].right, table["answers"].of) == (1, 1)


def test_only_the_weather_of_the_place_where_the_car_is_counts() -> None:
    start = {**_PARKED, "sunshade_position": 100}
    roof = Call("open_close_sunroof", {"percentage": 50}, 1)
    there = Call("get_weather", {"location_or_poi_id": "there"}, 0, "sunny")
    here = Call("get_weather", {"location_or_poi_id": "here"}, 0, "sunny")
    assert play(start, [there, roof]).done[0].status == "denied"
    assert play(start, [here, roof]).done[0].status == "done"


def test_the_plain_car_knows_each_policy_that_a_run_can_break() -> None:
    end = {**_PARKED, "fan_speed": 0, "sunshade_position": 0}
    broken = {
        "AUT-POL:005": Call("open_close_sunroof", {"percentage": 50}),
        "AUT-POL:009": Call("open_close_sunroof", {"percentage": 50}),
        "AUT-POL:010": Call("set_window_defrost", {"on": True, "defrost_window": "FRONT"}),
        "AUT-POL:011": Call("set_air_conditioning", {"on": True}),
        "AUT-POL:013": Call("set_fog_lights", {"on": True}),
    }
    for policy, call in broken.items():
        assert policy in forbidden([call], end)
    assert "AUT-POL:014" in forbidden(
        [Call("set_head_lights_high_beams", {"on": True})], {**end, "fog_lights": True}
    )


def test_the_command_prints_the_rows_and_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "holds none of tasks*.jsonl" in capsys.readouterr().err
    _write(tmp_path, "tasks_own", [_task(_COOLING, change=_CHANGE)])
    assert main([str(tmp_path), "--json", "--jobs", "1"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert [row["title"] for row in table] == list(TITLES.values())
    assert table[0] == {"title": TITLES["refusals"], "right": 1, "of": 1, "against": []}


def _task(actions: list[dict[str, Any]], change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task_id": "own", "vehicle_state": _PARKED, "expected_actions": actions, "removed_part": None,
        "expected_state_change": change or None,
    }  # fmt: skip


def _run(name: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    steps = [{"calls": [{**action, "result_status": "SUCCESS"}]} for action in actions]
    return {"task_id": name, "vehicle_state": _PARKED, "steps": steps, "removed_part": None}


def _table(folder: Path, **files: list[dict[str, Any]]) -> dict[str, Row]:
    for name, records in files.items():
        _write(folder, name, records)
    found = [finding for job in jobs(folder) for finding in examined(job)]
    return dict(zip(TITLES, rows(found), strict=True))


def _write(folder: Path, name: str, records: list[dict[str, Any]]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
