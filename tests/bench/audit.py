"""`make bench`, the record: how long a million records take to verify, to replay, to judge by other packs.

The records are made by the fuzzer. `RECORDS=100000 python -m tests.bench.audit` measures fewer; then the
figures say so and are scaled by the records. Wall clock; the candidate is judged by two processes.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

from intent_bridge.audit import AuditLog, read, replay, verify_chain
from intent_bridge.audit.export import export
from intent_bridge.audit.fleet import judge_fleet
from intent_bridge.engine import Effect, Record
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.car import Car, Rig, rig
from intent_bridge.testing.dice import seeded
from intent_bridge.testing.mix import MIX, Drives
from tests.bench.figures import merge

MILLION = 1_000_000
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


def timed_s(job: Callable[[], object]) -> float:
    """Wall clock of one run."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def replayed(path: Path) -> tuple[int, int]:
    """Acting calls decided and encoded again, and those whose frames differ."""
    profile = load_profile("demo_sedan")
    results = [r.same for r in replay(read(path), profile, Guard(profile, load_packs(profile)))]
    return len(results), results.count(False)


def main() -> None:
    """Make the records, measure, print, merge the keys."""
    wanted = int(os.environ.get("RECORDS", MILLION))
    with tempfile.TemporaryDirectory() as scratch:
        log, parquet, pack = (Path(scratch) / n for n in ("audit.jsonl", "fleet.parquet", "candidate.yaml"))
        pack.write_text(STRICTER)
        made_s = timed_s(lambda: write_drives(log, wanted))
        found = verify_chain(log)
        assert found.broken is None, found
        scale = MILLION / found.records
        verify_s = timed_s(lambda: verify_chain(log))
        export_s = timed_s(lambda: export([log], parquet))
        packs = [*load_profile("demo_sedan").file.packs, str(pack)]
        fleet_s = timed_s(lambda: judge_fleet([parquet], "demo_sedan", packs, jobs=2))
        one_s = timed_s(lambda: judge_fleet([parquet], "demo_sedan", packs, jobs=1))
        tally = judge_fleet([parquet], "demo_sedan", packs, jobs=2)
        outcome: list[tuple[int, int]] = []
        replay_s = timed_s(lambda: outcome.append(replayed(log)))
        calls, different = outcome[0]
        megabytes = log.stat().st_size / 1e6, parquet.stat().st_size / 1e6
    note = "" if found.records >= MILLION else f" (measured on {found.records} records, scaled to a million)"
    print(f"{found.records} records by the fuzzer, {megabytes[0]:.0f} MB, in {made_s:.0f} s")
    print(f"audit_verify_1m_s              {verify_s * scale:.1f}  < 60{note}")
    print(
        f"audit_replay_1m_s              {replay_s * scale:.1f}  < 900; "
        f"{calls} acting calls, {different} differ{note}"
    )
    print(
        f"audit_against_1m_s             {fleet_s * scale:.1f}  < 300; "
        f"{tally.judged} judged, two processes{note}"
    )
    print(
        f"  one process                  {one_s * scale:.1f}; "
        f"{1e6 * one_s / tally.judged:.0f} µs of wall clock a call"
    )
    print(f"audit_export_1m_s              {export_s * scale:.1f}; {megabytes[1]:.0f} MB of Parquet")
    print(
        f"  looser {tally.kinds['looser']}, stricter {tally.kinds['stricter']}, by history {tally.by_history}"
    )
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    merge(
        {
            "audit_records_measured": found.records,
            "audit_verify_1m_s": round(verify_s * scale, 1),
            "audit_replay_1m_s": round(replay_s * scale, 1),
            "audit_against_1m_s": round(fleet_s * scale, 1),
            "audit_export_1m_s": round(export_s * scale, 1),
        }
    )


if __name__ == "__main__":
    main()
