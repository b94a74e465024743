"""`fuzz --bus`: random calls on real buses, on the wall clock, against an ECU or a bench.

Stops at the first hazard. The world cannot be set here and nothing is broken on purpose; the monitor sees
what we send and what is heard.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import can

from intent_bridge.bridge import Bridge
from intent_bridge.cli.exits import Exit
from intent_bridge.cli.fuzz import Limits
from intent_bridge.cli.options import read_buses
from intent_bridge.errors import ToolCallError
from intent_bridge.llm import read_call
from intent_bridge.profile import load_profile
from intent_bridge.testing.callgen import Calls
from intent_bridge.testing.dice import Dice, seeded
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.testing.monitor import Monitor
from intent_bridge.transports.can_bus import CanTransport, open_bus
from intent_bridge.types import Outcome, Provenance, RawFrame, Status, ToolCall


class Tapped(CanTransport):
    """Buses that show everything that passes to a monitor."""

    def __init__(self, buses: Mapping[str, can.BusABC], monitor: Monitor) -> None:
        super().__init__(buses)
        self._monitor = monitor

    def send(self, frame: RawFrame, **options: Any) -> None:
        self._monitor.sent(frame, self.now_ms())
        super().send(frame, **options)

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        frames = super().receive(until_ms)
        for heard_ms, frame in frames:
            self._monitor.heard(frame, heard_ms)
        return frames


def fuzz_bench(vehicle: str, limits: Limits, buses: list[str], *, as_json: bool) -> int:
    """At most `limits.rate` calls per second; exit code 1 as soon as a hazard shows."""
    profile = load_profile(vehicle)
    hazards = load_hazards(profile)
    assert hazards is not None
    monitor = Monitor(profile, hazards)
    opened = {n: open_bus(o, fd=profile.file.buses[n].fd) for n, o in read_buses(buses).items()}
    dice, made, statuses = seeded(limits.seed), 0, dict[str, int]()
    end_s = None if limits.minutes is None else time.monotonic() + 60 * limits.minutes
    with Bridge(profile, Tapped(opened, monitor)) as bridge:
        calls = Calls(bridge.engine.catalogue)
        time.sleep(1)  # every status is heard once
        while made < limits.calls and not monitor.found and (end_s is None or time.monotonic() < end_s):
            began_s, made = time.monotonic(), made + 1
            outcome = _ask(bridge, monitor, calls, dice, made)
            statuses[outcome.status.value] = statuses.get(outcome.status.value, 0) + 1
            time.sleep(max(0.0, began_s + 1 / limits.rate - time.monotonic()))
        bridge.handle({"name": "stop_motion", "arguments": {}})
    found = [f"{finding.hazard}: {finding.what}" for finding in monitor.found]
    if as_json:
        report = {"calls": made, "frames": monitor.frames, "statuses": statuses, "hazards": found}
        print(json.dumps({**report, "seed": limits.seed}))
    else:
        counts = ", ".join(f"{count} {status}" for status, count in statuses.items())
        print(f"{made} calls on the bus, {monitor.frames} frames, seed {limits.seed}; {counts}")
        print("\n".join(f"HAZARD {text}" for text in found) or "0 hazards")
    return Exit.NO if found else Exit.OK


def _ask(bridge: Bridge, monitor: Monitor, calls: Calls, dice: Dice, number: int) -> Outcome:
    """One call, valid, spoilt or hostile; a question is mostly answered with yes."""
    kind = dice.index(10)
    if kind == 0:
        raw = calls.hostile(dice)
        try:
            read = read_call(raw.content)
        except ToolCallError as error:
            return Outcome("", "", Status.INVALID, error.code, str(error))
        return bridge.handle(ToolCall(f"fuzz-{number}", read.name, read.arguments), raw.who)
    made = calls.spoilt(dice) if kind == 1 else calls.valid(dice)
    who: Provenance = made.who
    outcome = bridge.handle(ToolCall(f"fuzz-{number}", made.name, made.arguments), who)
    if outcome.confirmation is None:
        return outcome
    accept = not dice.chance(20)
    if accept:
        monitor.yes(bridge.now_ms())
    return bridge.confirm(outcome.confirmation.token, accept, who)
