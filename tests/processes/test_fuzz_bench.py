"""`fuzz --bus`: the kit on the wall clock, against simulated ECUs in another process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.cli.app import main
from intent_bridge.profile import load_profile
from tests.processes.planted import plant_a_standing_counter

BUSES = tuple(load_profile("demo_sedan").file.buses)


def options(first: int) -> list[str]:
    """Bus options of a group of multicast addresses that no other test uses."""
    return [
        word
        for number, bus in enumerate(BUSES, first)
        for word in ("--bus", f"{bus}=udp_multicast:239.74.165.{number}")
    ]


@pytest.fixture(scope="module")
def bench() -> Iterator[list[str]]:
    """A vehicle's ECUs in a process of their own; the options that lead to them."""
    pytest.importorskip("msgpack", reason="python-can's udp_multicast needs msgpack")
    buses = options(10)
    command = [sys.executable, "-m", "intent_bridge", "sim", "demo_sedan", *buses]
    ecus = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert ecus.stdout is not None and "simulating" in ecus.stdout.readline()
    yield buses
    ecus.terminate()
    ecus.communicate()


def fuzz(buses: list[str], *more: str) -> list[str]:
    return ["fuzz", "demo_sedan", *buses, "--rate", "50", "--seed", "3", *more]


def test_calls_on_a_bus_are_carried_out_counted_and_gone_on_with(
    bench: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = str(tmp_path / "bench.json")
    reports: list[dict[str, Any]] = []
    for calls in ("40", "60", "60"):
        assert main(fuzz(bench, "--calls", calls, "--resume", saved, "--json")) == 0
        reports.append(json.loads(capsys.readouterr().out))
    first, second, third = reports
    assert [r["calls"] for r in reports] == [40, 60, 60]
    assert first["acted"] > 3 and first["frames"] > 10 and first["hits"] == []
    assert second["frames"] >= first["frames"] and second["virtual_ms"] > first["virtual_ms"]
    assert (second["episodes"], third["episodes"]) == ([0, 1], [0, 1, 2])
    assert main(fuzz(bench, "--calls", "70", "--resume", saved, "--seed", "4")) == 2


def test_the_rate_bounds_the_calls_and_the_time_ends_them(
    bench: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    limits = ["--calls", "1000", "--rate", "10", "--minutes", "0.02"]
    assert main(["fuzz", "demo_sedan", *bench, *limits, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["calls"] <= 13


def test_it_stops_at_the_first_hazard(
    bench: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_a_standing_counter(monkeypatch)
    assert main(fuzz(bench, "--calls", "200")) == 1
    told = capsys.readouterr().out
    assert "HAZARD wire" in told and not told.startswith("200 calls")


def test_buses_on_which_nothing_is_heard_or_that_are_not_the_vehicles_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    silent = [word for bus in BUSES for word in ("--bus", f"{bus}=virtual:nobody-{bus}")]
    assert main(fuzz(silent)) == 2
    assert "nothing is heard on these buses" in capsys.readouterr().err
    assert main(fuzz(silent[:2])) == 2
    assert "demo_sedan has the buses" in capsys.readouterr().err
