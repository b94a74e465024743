"""What the tests of the nodes share: a graph of their own, processes that are ended by id, patience."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from intent_bridge.profile import data_dir
from tests.ros.graph import Car, Probe, Process, car, isolate

__all__ = ["graph", "new_car", "patient", "probe", "start"]


@pytest.fixture(scope="session", autouse=True)
def graph(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A domain of our own on loopback, for this process and all that it starts."""
    os.environ.update(isolate(tmp_path_factory.mktemp("roslog")))


@pytest.fixture(scope="session")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demo_sedan with ten times as long limits of age and answer: the machine may be busy."""
    folder = tmp_path_factory.mktemp("vehicle") / "demo_sedan"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    file = folder / "profile.yaml"
    limits = re.compile(r"\b(max_age_ms|confirm_within_ms|lifetime_ms): (\d+)")
    text = limits.sub(lambda m: f"{m[1]}: {m[2]}0", file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def probe(graph: None) -> Iterator[Probe]:
    """A node of the test's own, spinning in a thread."""
    with Probe() as one:
        yield one


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start a module of ours as a process; all are ended with the test."""
    started: list[Process] = []

    def begin(
        module: str,
        *,
        namespace: str = "",
        params_file: Path | None = None,
        remap: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        **parameters: object,
    ) -> Process:
        log = tmp_path / f"{len(started)}.log"
        more = {"params_file": params_file, "remap": remap, "arguments": arguments}
        started.append(Process(module, log, namespace=namespace, parameters=parameters, **more))
        return started[-1]

    yield begin
    for process in started:
        process.end()


@pytest.fixture(scope="module")
def new_car(
    tmp_path_factory: pytest.TempPathFactory, probe: Probe, patient: Path
) -> Iterator[Callable[..., Car]]:
    """Make an active bridge with its simulated ECUs, in a namespace of its own; ended with the module."""
    cars: list[Car] = []

    def make(**parameters: object) -> Car:
        namespace = f"/car{os.getpid()}_{len(cars)}_{tmp_path_factory.mktemp('n').name}"
        given = {"vehicle": str(patient), **parameters}
        cars.append(car(probe, namespace, tmp_path_factory.mktemp("car"), given))
        return cars[-1]

    yield make
    for one in cars:
        one.end()
