"""The live table beside the line protocol, and what is drawn on a terminal only."""

import io
import threading
from collections.abc import Iterator

import pytest
from rich.console import Console

from intent_bridge import Bridge
from intent_bridge.cli import demo, fuzz, live
from intent_bridge.testing.campaign import Report
from intent_bridge.types import Quality

SPEED = "Vehicle.Speed"


def text_of(car: Bridge) -> list[str]:
    out = Console(file=io.StringIO(), width=200)
    out.print(live.state_table(car))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_the_table_shows_every_path_with_its_value_or_why_it_has_none() -> None:
    with Bridge.simulated("demo_sedan", speed_km_h=42) as car:
        car.set_state({"Vehicle.Exterior.AirTemperature": None})
        lines = text_of(car)
        assert "listening, sending nothing" in lines[0]
        (speed,) = (line for line in lines if f" {SPEED} " in line)
        (outside,) = (line for line in lines if "Vehicle.Exterior.AirTemperature" in line)
        assert "42" in speed and Quality.NOT_AVAILABLE.value in outside
        assert sum("Vehicle." in line for line in lines) == len(car.state())


def test_the_table_is_drawn_again_while_the_block_runs_and_never_after(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, threads = threading.Semaphore(0), threading.active_count()
    table = live.state_table

    def counted(car: Bridge) -> object:
        drawn.release()
        return table(car)

    monkeypatch.setattr(live, "state_table", counted)
    monkeypatch.setattr(live, "REFRESH_S", 0.001)
    with Bridge.simulated("demo_sedan") as car:
        with live.watch_state(car, True):
            assert all(drawn.acquire(timeout=20) for _ in range(3))
        assert threading.active_count() == threads
    assert SPEED in capsys.readouterr().err


def test_without_a_wish_for_it_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with Bridge.simulated("demo_sedan") as car, live.watch_state(car, False):
        pass
    assert capsys.readouterr().err == ""


@pytest.fixture
def terminal() -> Iterator[Console]:
    yield Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)


def test_a_campaign_shows_its_progress_on_a_terminal(terminal: Console) -> None:
    with fuzz.progress_bar(terminal, 10, as_json=False) as tell:
        tell(Report(seed=1, calls=7))
    assert isinstance(terminal.file, io.StringIO)
    assert "7/10" in terminal.file.getvalue() and "0 hazards" in terminal.file.getvalue()


def test_the_demo_shows_its_progress_on_a_terminal_and_names_what_went_otherwise(
    monkeypatch: pytest.MonkeyPatch, terminal: Console
) -> None:
    drive = demo.load_drive()
    (first, *_), wrong = drive.steps, {"title": "nothing", "expect": "done", "events": ("denied",)}
    steps = (first, demo.Step.model_validate(wrong))
    monkeypatch.setattr(demo, "load_drive", lambda: drive.model_copy(update={"steps": steps}))
    monkeypatch.setattr(demo, "console", lambda: terminal)
    assert demo.run_demo(as_json=False, pace_s=0) == 1
    assert isinstance(terminal.file, io.StringIO)
    shown = " ".join(terminal.file.getvalue().split())
    assert "2/2" in shown and "not as scripted: nothing: None where" in shown
    assert "() where" in shown
