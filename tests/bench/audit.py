"""`make bench`, the record: how long a million records take to verify, to replay, to judge by other packs.

The records are made by the fuzzer, or taken from the file that LOG names. `RECORDS=100000 python -m
tests.bench.audit` measures fewer; then the figures say so and are scaled by the records. Wall clock, and the
processor time beside it; the candidate is judged by two processes, and by one.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from intent_bridge.audit import AuditLog, read, replay, verify_chain
from intent_bridge.audit.export import export
from intent_bridge.audit.fleet import Tally, judge_fleet
from intent_bridge.engine import Effect, Record
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, Rig, rig
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.mix import MIX, Drives
from tests.bench.figures import merge

MILLION = 1_000_000
GOALS_S = {"verify": 60, "replay": 900, "against": 300}
EPISODE_CALLS = 2_000
ONE_POLICY = {kind: share for kind, share in MIX.items() if kind != "reload"}
"""Rules stay as they are, so that a record is judged again by those that judged it."""
STRICTER = """\
pack: {name: candidate, layer: user, version: 1}
rules:
- id: candidate.cool
  effect: clamp
  on: [Vehicle.Cabin.HVAC.Station.*.*.Temperature]
  hi: 24 celsius
  hazard: none
  source: a measurement
  basis: design
  verified: memory
  reason_key: own
"""


class Recording(Car):
    """A car whose records are written to a log."""

    def __init__(self, rig: Rig, log: AuditLog, session: str) -> None:
        self._log, self._session, self.records = log, session, 0
        super().__init__(rig)

    def _carry(self, effects: Iterable[Effect]) -> None:
        effects = list(effects)
        for effect in effects:
            if isinstance(effect, Record):
                self._log.write({**effect.body, "session": self._session})
                self.records += 1
        super()._carry(effects)


def write_drives(path: Path, records: int) -> int:
    """Drive at random until so many records are written; how many there are."""
    prepared = rig(load_profile("demo_sedan"), quick=True)
    log, written = AuditLog(path, fsync="off"), 0
    policy = prepared.make_engine().guard.policy_hash
    for episode in count():
        head = {
            "type": "session",
            "vehicle": "demo_sedan",
            "profile": prepared.profile.digest,
            "policy": policy,
        }
        log.write({**head, "at_ms": 0, "session": f"s{episode}"})
        drives, dice = Drives(prepared, prepared.make_engine().catalogue, ONE_POLICY), seeded(episode)
        car = Recording(prepared, log, f"s{episode}")
        while car.calls < EPISODE_CALLS and written + car.records < records and not car.found:
            car.play(drives.step(dice, asked=car.question is not None))
        written += car.records
        if written >= records:
            log.close()
            return written + episode + 1
    raise AssertionError("drives end")


@dataclass(frozen=True)
class Took:
    """What a run took, and its result."""

    wall_s: float
    cpu_s: float
    """Of this process and of those it started and waited for."""
    result: Any


def timed(job: Callable[[], object]) -> Took:
    """Run once, by the clock on the wall and by the processor."""

    def cpu_s() -> float:
        spent = os.times()
        return spent.user + spent.system + spent.children_user + spent.children_system

    wall, cpu = time.perf_counter(), cpu_s()
    result = job()
    return Took(time.perf_counter() - wall, cpu_s() - cpu, result)


def replayed(path: Path) -> tuple[int, int]:
    """Acting calls decided and encoded again, and those whose frames differ."""
    profile = load_profile("demo_sedan")
    calls = different = 0
    for result in replay(read(path), profile, Guard(profile, load_packs(profile))):
        calls, different = calls + 1, different + (not result.same)
    return calls, different


def main() -> None:
    """Make the records (or take those of LOG), measure, print, merge the keys."""
    wanted, given = int(os.environ.get("RECORDS", MILLION)), os.environ.get("LOG")
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(given) if given else Path(scratch) / "audit.jsonl"
        parquet, pack = Path(scratch) / "fleet.parquet", Path(scratch) / "candidate.yaml"
        pack.write_text(STRICTER)
        packs = [*load_profile("demo_sedan").file.packs, str(pack)]
        if not given:
            made = timed(lambda: write_drives(log, wanted))
            print(f"made by the fuzzer in {made.wall_s:.0f} s, {made.cpu_s:.0f} of CPU", flush=True)
        runs = {"verify": timed(lambda: verify_chain(log))}
        found = runs["verify"].result
        assert found.broken is None, found
        scale = MILLION / found.records
        note = "" if found.records >= MILLION else f" (of {found.records} records, scaled to a million)"
        megabytes = log.stat().st_size / 1e6
        print(f"{found.records} records, {megabytes:.0f} MB; wall clock{note}", flush=True)
        jobs: dict[str, Callable[[], object]] = {
            "export": lambda: export([log], parquet),
            "against": lambda: judge_fleet([parquet], "demo_sedan", packs, jobs=2),
            "against_one": lambda: judge_fleet([parquet], "demo_sedan", packs, jobs=1),
            "replay": lambda: replayed(log),
        }
        for name, job in [("verify", None), *jobs.items()]:
            took = runs[name] = runs[name] if job is None else timed(job)
            goal = f" < {GOALS_S[name]}" if name in GOALS_S else ""
            print(
                f"audit_{name + '_1m_s':<16} {took.wall_s * scale:.1f}{goal}; "
                f"{took.cpu_s * scale:.1f} s of CPU; {_shown(took.result)}",
                flush=True,
            )
            merge({f"audit_{name}_1m_s": round(took.wall_s * scale, 1)})
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    merge({"audit_records_measured": found.records})


def _shown(result: object) -> str:
    if isinstance(result, Tally):
        kinds = ", ".join(f"{result.kinds[kind]} {kind}" for kind in ("looser", "stricter", "different"))
        return f"{result.judged} judged, {kinds}, {result.by_history} by history"
    if isinstance(result, tuple):
        return f"{result[0]} acting calls, {result[1]} differ"
    return str(result)


if __name__ == "__main__":
    main()
