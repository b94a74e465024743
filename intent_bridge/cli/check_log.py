"""`check --log`: what a recorded drive says of every path: seen or never, period, out of range."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.codec import Receiver
from intent_bridge.profile import Profile
from intent_bridge.transports.playback import read_log as logged
from intent_bridge.types import Quality, RawFrame


@dataclass(slots=True)
class Seen:
    """What was heard of one path."""

    path: str
    max_age_ms: int
    samples: int = 0
    first_ms: int = 0
    last_ms: int = 0
    longest_gap_ms: int = 0
    out_of_range: int = 0
    not_available: int = 0
    broken: int = 0

    def take(self, quality: Quality, now_ms: int) -> None:
        """One more sample of this path."""
        if self.samples:
            self.longest_gap_ms = max(self.longest_gap_ms, now_ms - self.last_ms)
        else:
            self.first_ms = now_ms
        self.samples += 1
        self.last_ms = now_ms
        match quality:
            case Quality.OUT_OF_RANGE:
                self.out_of_range += 1
            case Quality.NOT_AVAILABLE:
                self.not_available += 1
            case Quality.E2E_ERROR | Quality.FROZEN:
                self.broken += 1
            case _:
                pass

    @property
    def verdict(self) -> str:
        """In one word: `never`, `slow` (would go stale), `out_of_range`, `e2e_error`, or `ok`."""
        if not self.samples:
            return "never"
        if self.out_of_range:
            return "out_of_range"
        if self.broken:
            return "e2e_error"
        return "slow" if self.longest_gap_ms > self.max_age_ms else "ok"

    @property
    def period_ms(self) -> float | None:
        """Mean time between two samples."""
        return (self.last_ms - self.first_ms) / (self.samples - 1) if self.samples > 1 else None

    def report(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        return {
            "path": self.path,
            "verdict": self.verdict,
            "samples": self.samples,
            "period_ms": self.period_ms,
            "longest_gap_ms": self.longest_gap_ms,
            "max_age_ms": self.max_age_ms,
            "out_of_range": self.out_of_range,
            "not_available": self.not_available,
            "e2e_errors": self.broken,
        }


def check_log(profile: Profile, log: Path, *, as_json: bool) -> int:
    """Hold a recorded drive against the profile; exit code 1 when a path would not be usable in it."""
    try:
        seen, frames, foreign = read_log(profile, log)
    except ValueError as error:
        raise UsageProblem(str(error)) from error
    return show_drive(seen, frames, foreign, as_json=as_json)


def show_drive(seen: Mapping[str, Seen], frames: int, foreign: int, *, as_json: bool) -> int:
    """Print what a drive says of every path; exit code 1 when a path would not be usable in it."""
    reports = [one.report() for one in seen.values()]
    bad = [report for report in reports if report["verdict"] != "ok"]
    if as_json:
        print(json.dumps({"frames": frames, "foreign_frames": foreign, "not_ok": len(bad), "paths": reports}))
        return Exit.NO if bad else Exit.OK
    for report in reports:
        period = "" if report["period_ms"] is None else f"every {report['period_ms']:.0f} ms, "
        gap = f"longest gap {report['longest_gap_ms']} ms of {report['max_age_ms']} ms"
        counts = [f"{report[key]} {key.replace('_', ' ')}" for key in _COUNTS if report[key]]
        detail = "" if not report["samples"] else "  " + ", ".join([period + gap, *counts])
        print(f"{report['verdict']:<13} {report['path']}{detail}")
    print(
        f"{frames} frames, {foreign} of no message of the profile; {len(bad)} of {len(reports)} paths not ok"
    )
    return Exit.NO if bad else Exit.OK


_COUNTS = ("out_of_range", "not_available", "e2e_errors")


def read_log(profile: Profile, log: Path) -> tuple[dict[str, Seen], int, int]:
    """What a log says of every path, how many frames it has, and how many no message of the profile explains.

    Frames are told apart by identifier, which is unique in a profile, so channel names do not matter.
    """
    buses = {(info.can_id, info.extended): info.bus for info in profile.messages.values()}
    receiver = Receiver(profile)
    seen = {path: Seen(path, info.max_age_ms) for path, info in profile.sensors.items()}
    frames = foreign = 0
    for time_s, can_id, extended, fd, data in logged(log):
        frames += 1
        bus = buses.get((can_id, extended))
        now_ms = math.floor(time_s * 1000)
        reading = None if bus is None else receiver.read(RawFrame(bus, can_id, extended, fd, data), now_ms)
        if reading is None:
            foreign += bus is None
            continue
        for path, sample in reading.samples.items():
            seen[path].take(sample.quality, now_ms)
    return seen, frames, foreign
