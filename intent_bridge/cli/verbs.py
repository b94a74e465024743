"""What the shorter verbs do: explain, send, sim, run."""

import json
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intent_bridge.audit import AuditOptions
from intent_bridge.bridge import Bridge
from intent_bridge.cli.answers import Answers
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_all_buses, read_buses, read_call, read_state, read_who
from intent_bridge.cli.secoc import secoc_options
from intent_bridge.profile import load_profile
from intent_bridge.texts import languages
from intent_bridge.types import Outcome, Quality, Status

LISTEN_S = 3.0
"""How long a real vehicle is listened to before the first call, so that its state is known."""
CARRIED_OUT = frozenset({Status.DONE, Status.SENT, Status.NO_EFFECT, Status.NO_ACTION})


def explain_call(
    vehicle: str, call: str, state: Sequence[str], who: str | None, *, language: str, as_json: bool
) -> int:
    """Decide one call on a simulated vehicle in the given state; nothing is sent."""
    text, speaker = read_call(call), read_who(who)
    with Bridge.simulated(vehicle) as car:
        try:
            car.set_state(read_state(state))
        except ValueError as error:
            raise UsageProblem(str(error), "see the sensors of the vehicle's profile.yaml") from error
        outcome = car.explain(text, speaker)
        _print(outcome, Answers(car, _language(language)), as_json=as_json)
    return Exit.OK


def send_call(
    vehicle: str,
    call: str,
    buses: Sequence[str],
    who: str | None,
    *,
    audit: Path | None,
    language: str,
    as_json: bool,
) -> int:
    """Carry out one call on real buses."""
    text, speaker = read_call(call), read_who(who)
    with Bridge.open(vehicle, buses=read_buses(buses), audit=audit, **secoc_options()) as car:
        hear_first(car)
        outcome = car.handle(text, speaker)
        _print(outcome, Answers(car, _language(language)), as_json=as_json)
    return Exit.OK if outcome.status in CARRIED_OUT else Exit.NO


def serve_simulation(vehicle: str, buses: Sequence[str], state: Sequence[str], *, as_json: bool) -> int:
    """Run a vehicle's simulated ECUs on buses until somebody ends it."""
    from intent_bridge.bridge.ecus import serve_ecus
    from intent_bridge.sim import SimulatedVehicle

    profile = load_profile(vehicle)
    wanted = read_all_buses(buses, profile)
    simulated = SimulatedVehicle(profile)
    try:
        for path, value in read_state(state).items():
            simulated.set_state(path, value)
    except ValueError as error:
        raise UsageProblem(str(error), "see the vehicle's profile.yaml") from error
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ready = {"vehicle": profile.file.vehicle, "buses": {name: _place(o) for name, o in wanted.items()}}
    print(json.dumps(ready) if as_json else f"simulating {profile.file.title}, Ctrl-C ends it", flush=True)
    serve_ecus(
        profile, wanted, ended.is_set, vehicle=simulated, tell=lambda text: print(text, file=sys.stderr)
    )
    return Exit.OK


def serve_lines(
    vehicle: str,
    buses: Sequence[str],
    listen_only: bool,
    *,
    log: Path | None = None,
    audit: AuditOptions | None,
    session: str | None,
    language: str,
) -> int:
    """Answer JSON lines on standard input until it ends."""
    from intent_bridge.cli.live import watch_state
    from intent_bridge.cli.run import Session, bounded_lines, serve

    if listen_only and not buses:
        raise UsageProblem("`--listen-only` needs a vehicle to listen to", "add --bus NAME=INTERFACE:CHANNEL")
    options: dict[str, Any] = {"audit": audit, "session": session, "listen_only": listen_only, "log": log}
    wanted = read_buses(buses)
    language = _language(language)
    if wanted:
        car = Bridge.open(vehicle, buses=wanted, **options, **secoc_options())
    else:
        car = Bridge.simulated(vehicle, **options)
    with car, watch_state(car, listen_only and sys.stderr.isatty()):
        if wanted:
            hear_first(car)

        def write(text: str) -> None:
            sys.stdout.write(text)
            sys.stdout.flush()

        serve(Session(car, language), bounded_lines(sys.stdin.buffer), write)
    return Exit.OK


def hear_first(car: Bridge) -> None:
    """Wait until every path that a bus tells was heard, or long enough. Facts come from the host."""
    until = time.monotonic() + LISTEN_S
    while time.monotonic() < until:
        known = car.quality()
        if all(known[path] is not Quality.MISSING for path in car.profile.sensors):
            return
        time.sleep(0.05)


def _print(outcome: Outcome, answers: Answers, *, as_json: bool) -> None:
    line = answers.outcome(outcome)
    if as_json:
        print(line.model_dump_json(by_alias=True))
        return
    from intent_bridge.cli.show import Show, console

    Show(console()).outcome(line, outcome.frames)


def _language(name: str) -> str:
    if name not in languages():
        raise UsageProblem(f"there is no language `{name}`", f"one of {', '.join(languages())}")
    return name


def _place(options: dict[str, object]) -> str:
    return f"{options['interface']}:{options['channel']}"
