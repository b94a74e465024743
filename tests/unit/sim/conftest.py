"""A bench around the simulated vehicle: sends commands and reads statuses with cantools and autosar-e2e."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from e2e.p02 import e2e_p02_check, e2e_p02_protect
from e2e.p05 import e2e_p05_check, e2e_p05_protect

from intent_bridge.profile import MessageInfo, Profile, load_profile
from intent_bridge.sim import Plan, SimulatedVehicle, load_plan
from intent_bridge.types import RawFrame

TINY_CAR = Path(__file__).resolve().parents[2] / "data" / "tiny_car"


def protected(info: MessageInfo, data: bytes) -> bytes:
    """The payload with its CRC made right for the counter it carries."""
    copy, spec = bytearray(data), info.spec.e2e
    if spec is None:
        return data
    if spec.profile == "P02":
        e2e_p02_protect(copy, bytes(spec.data_ids), increment_counter=False)
    else:
        e2e_p05_protect(copy, spec.data_ids[0], increment_counter=False)
    return bytes(copy)


def crc_is_right(info: MessageInfo, data: bytes) -> bool:
    spec = info.spec.e2e
    assert spec is not None
    if spec.profile == "P02":
        return e2e_p02_check(data, bytes(spec.data_ids))
    return e2e_p05_check(data, spec.data_ids[0])


@dataclass(frozen=True)
class Told:
    """One status frame: when, which message, and what cantools reads in it."""

    at_ms: int
    message: str
    signals: dict[str, object]
    raw: RawFrame


@dataclass
class Bench:
    """One vehicle, its clock, and the command counters of whoever talks to it."""

    profile: Profile
    car: SimulatedVehicle
    now_ms: int = 0
    counters: dict[str, int] = field(default_factory=dict)

    def frame(self, message: str, **signals: float | str) -> RawFrame:
        """A command; signals not named ask nothing (SNA, or 0 where there is none), `Alive` counts on."""
        info = self.profile.messages[message]
        page = signals.get("SeatIndex", 0)
        whole: dict[str, float | str] = {}
        for signal in info.dbc.signals:
            if not signal.multiplexer_ids or page in signal.multiplexer_ids:
                names = [str(n) for n in (signal.choices or {}).values()]
                whole[signal.name] = "SNA" if "SNA" in names else 0
        if info.spec.e2e is not None:
            modulus = 16 if info.spec.e2e.profile == "P02" else 256
            whole["Alive"] = (self.counters.get(message, -1) + 1) % modulus
            self.counters[message] = int(signals.get("Alive", whole["Alive"]))
        data = info.dbc.encode({**whole, **signals}, strict=False)
        return RawFrame(info.bus, info.can_id, info.extended, info.fd, protected(info, data))

    def send(self, message: str, **signals: float | str) -> None:
        self.car.receive(self.frame(message, **signals), self.now_ms)

    def run(self, ms: int) -> list[Told]:
        """Let time pass and read everything that was sent."""
        self.now_ms += ms
        return [self.read(at_ms, raw) for at_ms, raw in self.car.advance(self.now_ms)]

    def read(self, at_ms: int, raw: RawFrame) -> Told:
        (info,) = (m for m in self.profile.messages.values() if (m.bus, m.can_id) == (raw.bus, raw.can_id))
        signals = info.dbc.decode(raw.data)
        assert isinstance(signals, dict)
        return Told(
            at_ms,
            info.name,
            {k: v if isinstance(v, float | int) else str(v) for k, v in signals.items()},
            raw,
        )

    def repeat(self, ms: int, message: str, **signals: float | str) -> list[Told]:
        """Send a command every 100 ms for so long."""
        told: list[Told] = []
        for _ in range(ms // 100):
            self.send(message, **signals)
            told += self.run(100)
        return told


def of(told: Iterable[Told], message: str) -> list[Told]:
    return [t for t in told if t.message == message]


@pytest.fixture(scope="session")
def tiny_car() -> Profile:
    return load_profile(TINY_CAR)


@pytest.fixture(scope="session")
def tiny_plan(tiny_car: Profile) -> Plan:
    return load_plan(tiny_car)


@pytest.fixture(scope="session")
def sedan() -> Profile:
    return load_profile("demo_sedan")


@pytest.fixture(scope="session")
def sedan_plan(sedan: Profile) -> Plan:
    return load_plan(sedan)


@pytest.fixture
def tiny(tiny_car: Profile, tiny_plan: Plan) -> Bench:
    """The tiny car, started at time 0."""
    bench = Bench(tiny_car, SimulatedVehicle(tiny_car, tiny_plan))
    bench.run(0)
    return bench


@pytest.fixture
def demo(sedan: Profile, sedan_plan: Plan) -> Bench:
    """The demo sedan, started at time 0."""
    bench = Bench(sedan, SimulatedVehicle(sedan, sedan_plan))
    bench.run(0)
    return bench


@dataclass(frozen=True)
class Copy:
    """A folder of the tiny car whose sim.yaml a test may change."""

    folder: Path

    def replace(self, old: str, new: str) -> None:
        file = self.folder / "sim.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text, f"sim.yaml has no {old!r}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def bench(self) -> Bench:
        profile = load_profile(self.folder)
        return Bench(profile, SimulatedVehicle(profile))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "tiny_car"
    shutil.copytree(TINY_CAR, folder)
    return Copy(folder)
