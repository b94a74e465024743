"""`fuzz --bus`: random calls on real buses, on the wall clock, against an ECU or a bench.

Stops at the first hazard. The world cannot be set here and nothing is broken on purpose; the monitor sees
what we send and what is heard, and takes what the ECUs report for the truth.
"""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from intent_bridge.bridge import Bridge
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.fuzz import Limits, progress_bar, resumed
from intent_bridge.cli.options import read_all_buses
from intent_bridge.cli.secoc import secoc_options
from intent_bridge.cli.show import console
from intent_bridge.cli.verbs import hear_first
from intent_bridge.errors import ToolCallError
from intent_bridge.llm import read_call
from intent_bridge.profile import load_profile
from intent_bridge.testing.callgen import Calls
from intent_bridge.testing.campaign import Hit, Report, save_report
from intent_bridge.testing.dice import Dice, seeded
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.testing.monitor import Monitor
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.types import Outcome, Quality, RawFrame, Status, ToolCall


class Tapped(CanTransport):
    """Buses that show everything that passes to a monitor."""

    monitor: Monitor

    def send(self, frame: RawFrame, **options: Any) -> None:
        self.monitor.sent(frame, self.now_ms())
        super().send(frame, **options)

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        frames = super().receive(until_ms)
        for heard_ms, frame in frames:
            self.monitor.heard(frame, heard_ms)
        return frames


class Bench:
    """Asks one bridge and counts what became of it."""

    def __init__(self, bridge: Bridge, monitor: Monitor, report: Report) -> None:
        self._bridge, self._monitor, self.report = bridge, monitor, report
        self._calls = Calls(bridge.engine.catalogue)
        self._part = len(report.episodes)
        self._dice = seeded(report.seed * 1_000_003 + self._part)
        report.episodes.append(self._part)
        self._frames, self._began_ms = report.frames, report.virtual_ms - bridge.now_ms()

    def ask(self) -> None:
        """One call; its outcome and all that was seen since the last one go into the report."""
        report = self.report
        report.calls += 1
        try:
            outcome = self._outcome(self._dice)
        except Exception as error:  # what the fuzzer looks for: it is a finding
            report.hits.append(
                Hit("exception", f"{type(error).__name__}: {error}", self._part, self._bridge.now_ms())
            )
            return
        report.statuses = dict(Counter(report.statuses) + Counter([outcome.status.value]))
        report.acted += outcome.status is Status.DONE and bool(outcome.frames)
        fired = [] if outcome.verdict is None else [hit.id for hit in outcome.verdict.hits]
        report.rules = dict(Counter(report.rules) + Counter(fired))
        self.look()

    def look(self) -> None:
        """Take in what the monitor has found."""
        report = self.report
        report.frames = self._frames + self._monitor.frames
        report.virtual_ms = self._began_ms + self._bridge.now_ms()
        report.hits += [Hit(f.hazard, f.what, self._part, f.at_ms) for f in self._monitor.found]
        self._monitor.found.clear()

    def _outcome(self, dice: Dice) -> Outcome:
        """Of a call that is valid, spoilt or hostile; a question is mostly answered with yes."""
        kind, number = dice.index(10), f"fuzz-{self._part}-{self.report.calls}"
        if kind == 0:
            raw = self._calls.hostile(dice)
            try:
                read = read_call(raw.content)
            except ToolCallError as error:
                return Outcome("", "", Status.INVALID, error.code, str(error))
            return self._bridge.handle(ToolCall(number, read.name, read.arguments), raw.who)
        made = self._calls.spoilt(dice) if kind == 1 else self._calls.valid(dice)
        outcome = self._bridge.handle(ToolCall(number, made.name, made.arguments), made.who)
        if outcome.confirmation is None:
            return outcome
        accept = not dice.chance(20)
        if accept:
            self._monitor.yes(self._bridge.now_ms())
        return self._bridge.confirm(outcome.confirmation.token, accept, made.who)


def fuzz_bench(vehicle: str, limits: Limits, buses: list[str], *, resume: Path | None, as_json: bool) -> int:
    """At most `limits.rate` calls per second; exit code 1 as soon as a hazard shows."""
    profile = load_profile(vehicle)
    hazards = load_hazards(profile)
    assert hazards is not None
    report = resumed(resume, limits.seed) or Report(seed=limits.seed)
    fd = [name for name, bus in profile.file.buses.items() if bus.fd]
    transport = Tapped.open(read_all_buses(buses, profile), fd=fd, alone=True)
    assert isinstance(transport, Tapped)
    transport.monitor = monitor = Monitor(profile, hazards, believes=True)
    with Bridge(profile, transport, **secoc_options()) as bridge, progress_bar(
        console(), limits.calls, as_json
    ) as tell:  # fmt: skip
        hear_first(bridge)
        if set(bridge.quality().values()) <= {Quality.MISSING}:
            raise UsageProblem("nothing is heard on these buses", "start the ECUs first, see `sim`")
        _run(Bench(bridge, monitor, report), bridge, limits, tell, resume)
    _print(report, as_json=as_json)
    return Exit.NO if report.hits else Exit.OK


def _run(bench: Bench, bridge: Bridge, limits: Limits, tell: Any, resume: Path | None) -> None:
    """Ask at the rate until there is an end: calls, time, a hazard, or Ctrl-C; then everything stops."""
    report = bench.report
    end_s = None if limits.minutes is None else time.monotonic() + 60 * limits.minutes
    try:
        while report.calls < limits.calls and not report.hits:
            began_s = time.monotonic()
            if end_s is not None and began_s >= end_s:
                break
            bench.ask()
            tell(report)
            time.sleep(max(0.0, began_s + 1 / limits.rate - time.monotonic()))
    except KeyboardInterrupt:
        pass
    bridge.handle({"name": "stop_motion", "arguments": {}})
    bench.look()
    if resume is not None:
        save_report(report, resume)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.data()))
        return
    counts = ", ".join(f"{count} {status}" for status, count in report.statuses.items())
    print(
        f"{report.calls} calls on the bus ({report.acted} acted and were confirmed at once), "
        f"{report.frames} frames, {report.virtual_ms / 60_000:.1f} minutes, seed {report.seed}"
    )
    print(f"outcomes: {counts}")
    print(f"rules exercised: {len(report.rules)}")
    print("\n".join(f"HAZARD {hit.hazard}: {hit.what}" for hit in report.hits) or "0 hazards")
