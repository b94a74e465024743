"""What a user of the test kit gets: strategies, the state machine, the pytest plugin, the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test

from intent_bridge import testing
from intent_bridge.cli.app import main
from intent_bridge.errors import ToolCallError
from intent_bridge.profile import load_profile
from intent_bridge.testing.shrink import hazards_of
from intent_bridge.testing.steps import Call, Raw, read_drives
from intent_bridge.testing.worlds import World
from intent_bridge.types import ToolCall
from tests.processes.planted import plant_a_standing_counter

RIG = testing.rig(load_profile("demo_sedan"), quick=True)
CAR = testing.Car(RIG)
CATALOGUE = RIG.make_engine().catalogue
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(testing.calls(RIG))
def test_every_valid_call_parses(call: Call) -> None:
    CATALOGUE.parse(ToolCall("1", call.name, call.arguments))


@FEW
@given(testing.calls(RIG, "spoilt"))
def test_a_call_with_one_thing_spoilt_is_refused(call: Call) -> None:
    with pytest.raises(ToolCallError):
        CATALOGUE.parse(ToolCall("1", call.name, call.arguments))


@FEW
@given(testing.calls(RIG, "hostile"))
def test_hostile_text_is_answered_and_moves_nothing(call: Raw) -> None:
    assert CAR.play(call) is not None
    assert not CAR.found


@FEW
@given(testing.vehicle_states(RIG))
def test_every_state_can_be_set_and_contradictions_are_marked(world: World) -> None:
    CAR.play(world.step)
    assert not CAR.found
    speed = world.step.values.get("Vehicle.Speed")
    if "Vehicle.Powertrain.Transmission.SelectedGear" in world.impossible and speed is not None:
        assert (speed == 0) != (world.step.values["Vehicle.Powertrain.Transmission.SelectedGear"] == 126)


def test_the_state_machine_finds_nothing_in_a_sound_vehicle() -> None:
    run_state_machine_as_test(
        testing.fuzz_machine(RIG), settings=settings(FEW, max_examples=4, stateful_step_count=15)
    )


def test_the_state_machine_finds_a_planted_fault_and_prints_the_drive_to_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant_a_standing_counter(monkeypatch)
    with pytest.raises(AssertionError, match=r"wire: .*counter 7 after ") as caught:
        run_state_machine_as_test(
            testing.fuzz_machine(RIG),
            settings=settings(FEW, max_examples=15, phases=[Phase.generate], derandomize=True, database=None),
        )
    file = tmp_path / "drives.yaml"
    file.write_text(str(caught.value).partition("\n")[2])
    (drive,) = read_drives(file)
    assert set(hazards_of(RIG, drive.steps)) == {"wire"}


def test_without_hypothesis_one_line_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; from intent_bridge import testing; testing.drives"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("pip install 'intent-bridge[testing]'")


def test_the_plugin_gives_a_car_fails_on_hazards_and_reports_rules(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["intent_bridge.testing.pytest_plugin"]\n')
    (tmp_path / "test_mine.py").write_text(
        "from intent_bridge.testing.monitor import Finding\n"
        "from intent_bridge.testing.steps import Call, SetState\n"
        "def test_good(car):\n"
        "    car.play(SetState({'Vehicle.Speed': 100}))\n"
        "    outcome = car.play(Call('set_seat_recline', {'zone': 'driver', 'degrees': 40}))\n"
        "    assert outcome.status == 'denied'\n"
        "def test_bad(car):\n"
        "    car.found.append(Finding('planted', 0, 'here'))\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "2 passed, 1 error" in done.stdout or "1 passed, 1 error" in done.stdout, done.stdout
    assert "planted" in done.stdout
    assert "seat.driver.rolling" in done.stdout and "never fired" in done.stdout


# --- the command --------------------------------------------------------------------------------------


def test_fuzz_reports_and_goes_on_where_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "campaign.json"
    command = ["fuzz", "demo_sedan", "--calls", "60", "--seed", "3", "--resume", str(saved), "--json"]
    assert main(command) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["calls"] >= 60 and first["hits"] == [] and first["rules_never"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["calls"] == first["calls"]
    assert main(["fuzz", "demo_sedan", "--calls", "60", "--seed", "4", "--resume", str(saved)]) == 2


def test_without_a_hazard_list_fuzz_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fuzz", "tests/data/tiny_car"]) == 2
    assert "no hazards defined" in capsys.readouterr().err


def test_a_hazard_is_exit_code_1_and_its_drive_replays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_a_standing_counter(monkeypatch)
    out = tmp_path / "found.yaml"
    assert main(["fuzz", "demo_sedan", "--calls", "60", "--out", str(out)]) == 1
    assert "HAZARD wire" in capsys.readouterr().out
    assert main(["fuzz", "demo_sedan", "--replay", str(out)]) == 0
    monkeypatch.undo()
    assert main(["fuzz", "demo_sedan", "--replay", str(out)]) == 1
    assert "CHANGED" in capsys.readouterr().out
