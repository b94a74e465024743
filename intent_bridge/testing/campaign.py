"""A fuzzing campaign: many drives in this process or in several, counted and summed up.

A campaign is cut into episodes of some thousand calls. An episode is fixed by the seed of the campaign and
its own number, so that any of them can be driven again, alone.
"""

import gc
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, Rig, rig
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.mix import MARKETS, MIX, Drives, varied
from intent_bridge.testing.shrink import MAX_PLAYS, shrink
from intent_bridge.testing.steps import Drive, Step, drive_text

EPISODE_CALLS = 2000
YOUNG_OBJECTS = 200_000
"""So many are made before the garbage collector looks for circles among them: an episode leaves 40,000."""
DRIVES_KEPT = 5
"""Hazards of which a short drive is made; all are counted."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The first hazard of an episode; the episode ended with it."""

    hazard: str
    what: str
    episode: int
    at_ms: int


@dataclass
class Report:
    """What a campaign did and found. Reports of parts add up."""

    seed: int
    episodes: list[int] = field(default_factory=list)
    calls: int = 0
    acted: int = 0
    """Calls that sent frames and whose values the ECU confirmed."""
    frames: int = 0
    virtual_ms: int = 0
    cpu_s: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)
    hits: list[Hit] = field(default_factory=list)

    def add(self, part: "Report") -> None:
        """Take in another part of the same campaign."""
        self.episodes += part.episodes
        self.calls += part.calls
        self.acted += part.acted
        self.frames += part.frames
        self.virtual_ms += part.virtual_ms
        self.cpu_s += part.cpu_s
        self.statuses = dict(Counter(self.statuses) + Counter(part.statuses))
        self.rules = dict(Counter(self.rules) + Counter(part.rules))
        self.hits += part.hits

    @property
    def calls_per_s(self) -> float:
        """Calls per second of processor time, all processes together."""
        return self.calls / self.cpu_s if self.cpu_s else 0.0

    def hazards(self) -> dict[str, int]:
        """How often each hazard ended an episode."""
        return dict(Counter(hit.hazard for hit in self.hits))

    def data(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        plain: dict[str, Any] = _REPORT.dump_python(self, mode="json")
        return plain


_REPORT = TypeAdapter(Report)


def rule_ids(vehicle: str | Path) -> frozenset[str]:
    """All rules of a vehicle's packs that bear on one of its actuators."""
    rules = load_packs(load_profile(vehicle))
    return frozenset(rule.text.id for bound in rules.rules.values() for rule in bound)


class Fuzzer:
    """Plays episodes on one vehicle. Rig and schemas are made once."""

    def __init__(self, rig: Rig, mix: Mapping[str, int] = MIX, *, vary: bool = False) -> None:
        """`vary`: every second episode has a mix of its own, made from `mix`."""
        self.rig, self._mix, self._vary = rig, mix, vary
        self._catalogue = rig.make_engine().catalogue
        for market in MARKETS:
            rig.guard(market)  # a reload asks for one of these

    def episode(self, seed: int, number: int, calls: int = EPISODE_CALLS) -> tuple[Report, list[Step]]:
        """Drive until so many calls are made or a hazard shows; the report and the steps taken."""
        began = time.process_time()
        dice = seeded(seed * 1_000_003 + number)
        mix = varied(self._mix, dice) if self._vary and number % 2 else self._mix
        drives, car = Drives(self.rig, self._catalogue, mix), Car(self.rig)
        steps: list[Step] = []
        while car.calls < calls and not car.found:
            step = drives.step(dice, asked=car.question is not None)
            steps.append(step)
            car.play(step)
        report = Report(
            seed=seed,
            episodes=[number],
            calls=car.calls,
            acted=car.acted,
            frames=car.monitor.frames,
            virtual_ms=car.now_ms,
            statuses=dict(car.statuses),
            rules=dict(car.rules),
            hits=[Hit(f.hazard, f.what, number, f.at_ms) for f in car.found[:1]],
        )
        report.cpu_s = time.process_time() - began
        return report, steps

    def shortest(self, seed: int, hit: Hit, calls: int = EPISODE_CALLS, *, plays: int = MAX_PLAYS) -> Drive:
        """A short drive that shows the hazard of an episode again; at most so many drives are tried."""
        _, steps = self.episode(seed, hit.episode, calls)
        name = f"{hit.hazard}: {hit.what} (seed {seed}, episode {hit.episode})"
        return Drive(name, shrink(self.rig, steps, hit.hazard, plays), (hit.hazard,))


@contextmanager
def settled() -> Iterator[None]:
    """Let the garbage collector pass over all that is here: what was made to last is much, and lasts."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def campaign(
    vehicle: str | Path,
    *,
    calls: int,
    seed: int,
    jobs: int = 1,
    deadline_s: float | None = None,
    report: Report | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Fuzz until `calls` are made, or `deadline_s` (of `time.monotonic`) has come; goes on with `report`."""
    total = report or Report(seed=seed)
    done = frozenset(total.episodes)
    size = min(EPISODE_CALLS, max(1, calls))
    numbers = [n for n in range(-(-calls // size)) if n not in done]
    for part in _parts(vehicle, [(seed, n, size) for n in numbers], jobs):
        total.add(part)
        progress(total)
        if deadline_s is not None and time.monotonic() >= deadline_s:
            break
    return total


def shortest_drives(vehicle: str | Path, report: Report) -> list[Drive]:
    """One short drive for each kind of hazard found, at most `DRIVES_KEPT`."""
    first = {hit.hazard: hit for hit in reversed(report.hits)}
    fuzzer = Fuzzer(rig(load_profile(vehicle), quick=True), vary=True)
    return [fuzzer.shortest(report.seed, hit) for hit in list(first.values())[:DRIVES_KEPT]]


def save_drives(drives: Iterable[Drive], file: Path) -> None:
    """Write drives as entries that `--replay` plays again."""
    file.write_text("\n".join(drive_text(drive) for drive in drives), encoding="utf-8")


def load_report(file: Path) -> Report:
    """A report that was saved; ValueError when it is none."""
    return _REPORT.validate_json(file.read_bytes())


def save_report(report: Report, file: Path) -> None:
    """Save a report whole, or leave the old one."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(_REPORT.dump_json(report))
    fresh.replace(file)


_Part = tuple[int, int, int]
_fuzzer: Fuzzer | None = None
_as_long_as_it_lives = ExitStack()
"""What a worker keeps up."""


def _parts(vehicle: str | Path, parts: list[_Part], jobs: int) -> Iterator[Report]:
    if jobs <= 1:
        _start(vehicle)
        with settled():
            yield from map(_play, parts)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, _start_worker, (vehicle,)) as pool:
        yield from pool.imap_unordered(_play, parts)


def _start(vehicle: str | Path) -> None:
    global _fuzzer
    _fuzzer = Fuzzer(rig(load_profile(vehicle), quick=True), vary=True)


def _start_worker(vehicle: str | Path) -> None:
    _start(vehicle)
    _as_long_as_it_lives.enter_context(settled())


def _play(part: _Part) -> Report:
    assert _fuzzer is not None
    return _fuzzer.episode(*part)[0]
