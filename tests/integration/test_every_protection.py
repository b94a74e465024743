"""Every kind of protection end to end: two implementations agree, and nothing spoilt passes either way."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from intent_bridge import ProfileError
from intent_bridge.audit import read, replay
from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.codec import EgressGate, Encoder, Receiver, Security
from intent_bridge.codec.oem_checksums import OEM_CHECKSUMS
from intent_bridge.errors import TransportError
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import Profile, load_profile
from intent_bridge.profile.protection import MAKERS
from intent_bridge.profile.protection_model import MakerName
from intent_bridge.sim import SimulatedVehicle, simulated_key
from intent_bridge.sim.checksums import CHECKSUMS
from intent_bridge.testing.car import Car, rig
from intent_bridge.testing.hazards import Hazards
from intent_bridge.testing.steps import Call, Fault, Restart, Wait
from intent_bridge.types import _MINT, Frame, Outcome, Permit, Quality, RawFrame, Status
from tests.integration.guarded_car import KINDS, path, tool, write

pytest.importorskip("cryptography", reason="pip install 'intent-bridge[secoc]'")

SECURITY = Security(simulated_key)
UNCOUNTED = {name for name, kind in KINDS.items() if "Alive" not in " ".join(kind.signals)} - {"Secoc"}


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return load_profile(write(tmp_path_factory.mktemp("guarded")))


@pytest.fixture(scope="module")
def car(profile: Profile) -> Iterator[SimulatedBridge]:
    with SimulatedBridge(profile) as bridge:
        yield bridge


def ask(car: Bridge, kind: str, level: int) -> Outcome:
    return car.handle({"name": tool(kind), "arguments": {"level": level}})


def permit(kind: str, level: int) -> Permit:
    return Permit({path(kind): level}, "test", 0, 10_000, _MINT)


def encoded(profile: Profile, kind: str, *levels: int) -> list[Frame]:
    encoder = Encoder(profile, SECURITY)
    return [encoder.encode(permit(kind, level), {}, {})[0] for level in levels]


def flips(raw: RawFrame) -> Iterator[RawFrame]:
    """The frame with each one bit of it wrong; bits that no protection covers are none."""
    for n in range(8 * len(raw.data)):
        data = bytearray(raw.data)
        data[n // 8] ^= 1 << n % 8
        yield raw._replace(data=bytes(data))


@pytest.mark.parametrize("kind", KINDS)
def test_a_protected_command_is_obeyed_and_its_status_believed(car: SimulatedBridge, kind: str) -> None:
    for level in (3, 8, 5) * 6:  # so often that the counters wrap
        outcome = ask(car, kind, level)
        assert outcome.status is Status.DONE, outcome
        assert car.state()[path(kind)] == level


@pytest.mark.parametrize("kind", KINDS)
def test_a_status_with_a_wrong_checksum_is_not_believed(profile: Profile, kind: str) -> None:
    with SimulatedBridge(profile) as car:
        car.vehicle.corrupt_crc(f"T_{kind}_STATUS")
        car.advance_ms(200)
        assert car.quality()[path(kind)] is Quality.E2E_ERROR
        car.vehicle.corrupt_crc(f"T_{kind}_STATUS", on=False)
        car.advance_ms(300)
        assert car.quality()[path(kind)] is Quality.OK


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - UNCOUNTED))
def test_a_status_whose_counter_stands_still_is_not_believed(profile: Profile, kind: str) -> None:
    with SimulatedBridge(profile) as car:
        car.vehicle.freeze_counter(f"T_{kind}_STATUS")
        car.advance_ms(300)
        expected = Quality.E2E_ERROR if KINDS[kind].secured else Quality.FROZEN
        assert car.quality()[path(kind)] is expected


@pytest.mark.parametrize("kind", KINDS)
def test_no_command_with_a_wrong_bit_leaves_or_is_obeyed(profile: Profile, kind: str) -> None:
    (frame,) = encoded(profile, kind, 3)
    vehicle = SimulatedVehicle(profile)
    vehicle.advance(0)
    for n, wrong in enumerate(flips(frame.raw)):
        gate = EgressGate(profile, SECURITY)
        gate.enable()
        assert gate.check(wrong, [permit(kind, 3)], 0, kind="start") is not None, n
        vehicle.receive(wrong, n)
        vehicle.advance(n + 1)
    vehicle.advance(10_000)
    assert vehicle.get_state(path(kind)) == 0
    opened = EgressGate(profile, SECURITY)
    opened.enable()
    assert opened.check(frame.raw, [], 0, kind="start") is not None, "and its counter is not used up"
    assert opened.check(frame.raw, [permit(kind, 3)], 0, kind="start") is None


def test_a_key_that_cannot_be_one_is_a_problem_of_the_profile(profile: Profile) -> None:
    with pytest.raises(ProfileError, match="key `body_key`: "):
        Encoder(profile, Security(lambda name: b"short"))


def test_a_freshness_that_is_told_of_an_unsecured_message_changes_nothing(profile: Profile) -> None:
    receiver = Receiver(profile, SECURITY)
    before = receiver.freshness()
    for name in ("T_P02_STATUS", "NO_MESSAGE"):
        receiver.resync(name, 77)
    assert receiver.freshness() == before


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - UNCOUNTED))
def test_no_command_is_sent_or_obeyed_twice(profile: Profile, kind: str) -> None:
    first, second = encoded(profile, kind, 3, 4)
    vehicle, gate = SimulatedVehicle(profile), EgressGate(profile, SECURITY)
    gate.enable()
    vehicle.advance(0)
    for n, frame in enumerate((first, second)):
        assert gate.check(frame.raw, [permit(kind, 3 + n)], 0, kind="start") is None
        vehicle.receive(frame.raw, 100 * n)
        vehicle.advance(100 * n + 90)
    assert gate.check(second.raw, [permit(kind, 4)], 200, kind="repeat") is not None
    vehicle.receive(second.raw, 200)
    vehicle.advance(290)
    vehicle.receive(first.raw, 300) if KINDS[kind].secured else None  # a recorded frame
    vehicle.advance(1000)
    assert vehicle.get_state(path(kind)) == 4


def test_the_tables_of_profile_codec_and_simulator_know_the_same_makers() -> None:
    assert set(get_args(MakerName)) == MAKERS.keys() == OEM_CHECKSUMS.keys() == CHECKSUMS.keys()


# --- SecOC: keys and freshness --------------------------------------------------------------------


def secured_only(tmp_path: Path) -> Profile:
    return load_profile(write(tmp_path, {"Secoc": KINDS["Secoc"]}))


def test_freshness_goes_on_after_a_restart_where_it_is_kept(tmp_path: Path) -> None:
    profile, kept = secured_only(tmp_path), tmp_path / "freshness.json"
    vehicle = SimulatedVehicle(profile)
    for level in (2, 5, 7):
        with SimulatedBridge(profile, vehicle=vehicle, freshness=kept) as car:
            assert ask(car, "Secoc", level).status is Status.DONE
            car.advance_ms(60_000)  # 600 statuses: more than the bits that are sent can tell apart
    assert vehicle.get_state(path("Secoc")) == 7


def test_a_process_that_forgot_its_freshness_learns_it_from_the_ecu(tmp_path: Path) -> None:
    profile = secured_only(tmp_path)
    vehicle = SimulatedVehicle(profile)
    with SimulatedBridge(profile, vehicle=vehicle) as car:
        for level in (1, 2, 3, 4):
            ask(car, "Secoc", level)
        car.advance_ms(60_000)
    with SimulatedBridge(profile, vehicle=vehicle) as car:
        assert ask(car, "Secoc", 9).status is Status.DONE


def test_without_resync_a_forgotten_freshness_is_refused_both_ways(tmp_path: Path) -> None:
    folder = write(tmp_path, {"Secoc": KINDS["Secoc"]})
    text = (folder / "profile.yaml").read_text()
    for name in ("Sent", "Taken"):
        text = text.replace(f", resync: SYNC.{name}", "")
    (folder / "profile.yaml").write_text(text)
    profile = load_profile(folder)
    vehicle = SimulatedVehicle(profile)
    kept = tmp_path / "freshness.json"
    kept.write_text('{"T_Secoc_CMD": 400}')
    with SimulatedBridge(profile, vehicle=vehicle, freshness=kept) as car:
        assert ask(car, "Secoc", 1).status is Status.DONE
        car.advance_ms(60_000)
    with SimulatedBridge(profile, vehicle=vehicle) as car:
        assert car.quality()[path("Secoc")] is Quality.E2E_ERROR
        assert ask(car, "Secoc", 9).status is not Status.DONE
    assert vehicle.get_state(path("Secoc")) == 1


def test_a_long_loss_is_mended_by_the_message_that_tells_the_freshness(tmp_path: Path) -> None:
    profile = secured_only(tmp_path)
    status, sync = (profile.messages[name].can_id for name in ("T_Secoc_STATUS", "SYNC"))
    receiver, heard = Receiver(profile, SECURITY), list[Quality]()
    vehicle = SimulatedVehicle(profile)
    vehicle.advance(0)
    for at_ms, raw in vehicle.advance(120_000):
        if (raw.can_id == status and at_ms > 100_000) or (raw.can_id == sync and at_ms > 110_000):
            reading = receiver.read(raw, at_ms)
            assert reading is not None
            heard += [reading.samples[path("Secoc")].quality] if raw.can_id == status else []
    told = heard.index(Quality.OK)
    assert told >= 90 and set(heard[:told]) == {Quality.E2E_ERROR} and set(heard[told:]) == {Quality.OK}


def test_a_key_that_the_host_does_not_have_is_a_problem_of_the_profile(tmp_path: Path) -> None:
    profile = secured_only(tmp_path)
    with pytest.raises(ProfileError, match="the key store has no key `body_key`") as caught:
        SimulatedBridge(profile, keys={}.__getitem__)
    assert len(caught.value.problems) == 3  # all of them at once
    with pytest.raises(ProfileError, match="there is no key store"):
        SimulatedBridge(profile, keys=None)


def test_real_buses_need_a_file_for_the_freshness(tmp_path: Path) -> None:
    profile = secured_only(tmp_path)
    buses = {"body": {"interface": "virtual", "channel": "freshness", "fd": True}}
    with pytest.raises(TransportError, match="give a file as `freshness`"):
        Bridge.open(profile.folder, buses=buses, keys=simulated_key)
    with Bridge.open(
        profile.folder, buses=buses, keys=simulated_key, freshness=tmp_path / "freshness.json"
    ) as car:
        assert car.tools()


def test_a_drive_with_secured_frames_replays_bit_for_bit_with_the_same_keys(tmp_path: Path) -> None:
    profile, log = secured_only(tmp_path), tmp_path / "audit.jsonl"
    with SimulatedBridge(profile, audit=log) as car:
        for level in (3, 1, 8):
            ask(car, "Secoc", level)
    guard = Guard(profile, load_packs(profile))
    assert [again.same for again in replay(read(log), profile, guard, SECURITY)] == [True] * 3
    other = Security(lambda name: bytes(16))
    assert [again.same for again in replay(read(log), profile, guard, other)] == [False] * 3


def test_used_up_freshness_ends_commands_rather_than_wrapping(tmp_path: Path) -> None:
    profile = secured_only(tmp_path)
    kept = tmp_path / "freshness.json"
    kept.write_text(f'{{"T_Secoc_CMD": {1 << 32}}}')
    with SimulatedBridge(profile, freshness=kept) as car:
        outcome = ask(car, "Secoc", 4)
    assert outcome.status is Status.ERROR and "no freshness value is left" in outcome.code


# --- the testing kit ------------------------------------------------------------------------------

HAZARDS = Hazards(may_send={"body": tuple(f"T_{k}_CMD" for k in KINDS)}, frames_per_second=1000, hazards=())


def test_the_fuzzer_reads_every_protection_and_finds_nothing_wrong(profile: Profile) -> None:
    drive = Car(rig(profile, hazards=HAZARDS, quick=True))
    for number, kind in enumerate(KINDS):
        if number % 5 == 4:
            drive.play(Restart())
        drive.play(Call(tool(kind), {"level": 4}), Wait(300))
    assert drive.found == []
    assert drive.statuses["done"] == drive.calls == len(KINDS)


def test_the_fuzzer_does_not_believe_a_spoilt_frame_of_any_kind(profile: Profile) -> None:
    drive = Car(rig(profile, hazards=HAZARDS, quick=True))
    for kind in KINDS:
        drive.play(Fault("corrupt", f"T_{kind}_STATUS"), Call(tool(kind), {"level": 4}), Wait(700))
    assert drive.found == []
    assert drive.statuses["done"] == 0
