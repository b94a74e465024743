"""Real time and real threads: the same verbs over python-can buses, with the ECUs elsewhere."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from intent_bridge.bridge import DRIVER_BY_VOICE, AsyncBridge, Bridge
from intent_bridge.bridge.ecus import serve_ecus
from intent_bridge.profile import load_profile
from intent_bridge.types import Status

PROFILE = load_profile("demo_sedan")
READY_S = 20


def virtual(name: str) -> dict[str, dict[str, Any]]:
    return {bus: {"interface": "virtual", "channel": f"{name}-{bus}"} for bus in PROFILE.file.buses}


def ready(bridge: Bridge) -> None:
    end = time.monotonic() + READY_S
    while any(bridge.state()[path] is None for path in bridge.profile.sensors):
        assert time.monotonic() < end, "the ECUs were not heard"
        time.sleep(0.05)


@pytest.fixture
def bridge(request: pytest.FixtureRequest) -> Iterator[Bridge]:
    buses, done = virtual(request.node.name), threading.Event()
    ecus = threading.Thread(target=serve_ecus, args=(PROFILE, buses, done.is_set))
    ecus.start()
    try:
        with Bridge.open("demo_sedan", buses=buses, speaker=DRIVER_BY_VOICE) as opened:
            ready(opened)
            yield opened
    finally:
        done.set()
        ecus.join()


def test_a_call_is_confirmed_by_ecus_on_the_wall_clock(bridge: Bridge) -> None:
    outcome = bridge.handle({"name": "set_cabin_temperature", "arguments": {"celsius": 23}})
    assert outcome.status is Status.DONE


def test_a_motion_is_driven_by_the_bridges_own_thread(bridge: Bridge) -> None:
    ended = threading.Event()
    outcomes: list[Any] = []

    def note(outcome: Any) -> None:
        outcomes.append(outcome)
        if outcome.status is not Status.SENT:
            ended.set()

    bridge.subscribe("outcome", note)
    sent = bridge.handle({"name": "set_window", "arguments": {"zone": "driver", "percent": 8}})
    assert sent.status is Status.SENT
    assert ended.wait(READY_S)
    assert [o.status for o in outcomes] == [Status.SENT, Status.DONE]


def test_asyncio_hosts_have_the_same_verbs(bridge: Bridge) -> None:
    async def drive() -> list[Status]:
        face = AsyncBridge(bridge)
        heard: list[Any] = []
        face.subscribe("outcome", heard.append)
        first, second = await asyncio.gather(
            face.handle({"name": "set_fan_speed", "arguments": {"level": 4}}),
            face.handle({"name": "set_fan_speed", "arguments": {"level": 6}}),
        )
        undone = await face.undo()
        assert (await face.state())["Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"] == 40
        await asyncio.sleep(0)
        assert len(heard) == 3
        return [first.status, second.status, undone.status]

    assert asyncio.run(drive()) == [Status.DONE] * 3


def test_health_names_a_bus_that_fell_silent() -> None:
    buses, done = virtual("health"), threading.Event()
    ecus = threading.Thread(target=serve_ecus, args=(PROFILE, buses, done.is_set))
    ecus.start()
    try:
        with Bridge.open("demo_sedan", buses=buses) as bridge:
            changes: list[Any] = []
            bridge.subscribe("health", changes.append)
            ready(bridge)
            done.set()
            ecus.join()
            end = time.monotonic() + READY_S
            while "silent" not in {c.condition.value for c in changes}:
                assert time.monotonic() < end
                time.sleep(0.05)
            assert bridge.state()["Vehicle.Speed"] is None
            outcome = bridge.handle({"name": "set_fan_speed", "arguments": {"zone": "driver", "level": 4}})
            assert outcome.status is Status.DENIED
    finally:
        done.set()
        ecus.join()


def test_listen_only_shows_the_frames_and_sends_none() -> None:
    buses, done = virtual("listen"), threading.Event()
    ecus = threading.Thread(target=serve_ecus, args=(PROFILE, buses, done.is_set))
    ecus.start()
    try:
        with Bridge.open("demo_sedan", buses=buses, speaker=DRIVER_BY_VOICE, listen_only=True) as bridge:
            ready(bridge)
            sent: list[Any] = []
            bridge.subscribe("frame", sent.append)
            before = bridge.state()
            outcome = bridge.handle({"name": "set_fan_speed", "arguments": {"level": 9}})
            assert (outcome.status, outcome.code) == (Status.NOT_DELIVERED, "listen_only")
            assert outcome.frames
            time.sleep(0.3)
            fan = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
            assert sent == [] and bridge.state()[fan] == before[fan]
    finally:
        done.set()
        ecus.join()


def test_two_processes_meet_over_udp_multicast() -> None:
    groups = {bus: f"239.74.163.{number}" for number, bus in enumerate(PROFILE.file.buses, 2)}
    options = {bus: {"interface": "udp_multicast", "channel": group} for bus, group in groups.items()}
    code = (
        "import sys; from intent_bridge.bridge.ecus import serve_ecus; "
        "from intent_bridge.profile import load_profile; "
        f"serve_ecus(load_profile('demo_sedan'), {options!r}, sys.stdin.closed.__bool__)"
    )
    pytest.importorskip("msgpack", reason="python-can's udp_multicast needs msgpack")
    ecus = subprocess.Popen([sys.executable, "-c", code])
    try:
        with Bridge.open("demo_sedan", buses=options, speaker=DRIVER_BY_VOICE) as bridge:
            ready(bridge)
            outcome = bridge.handle({"name": "set_cabin_temperature", "arguments": {"celsius": 24}})
            assert outcome.status is Status.DONE
    finally:
        ecus.terminate()
        ecus.wait()
