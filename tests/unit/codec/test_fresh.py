"""Secured and car makers' messages of a profile: which counter is next, what is kept, told and taken back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intent_bridge.codec import EgressGate, Encoder, Receiver, Security
from intent_bridge.codec.messages import protections
from intent_bridge.codec.protection import CheckedProtection, CounterLink, FreshLink, SecOcProtection
from intent_bridge.codec.sequence import CheckStatus
from intent_bridge.errors import ProfileError
from intent_bridge.profile import Profile, load_profile
from intent_bridge.sim import simulated_key
from intent_bridge.sim.checksums import CHECKSUMS
from intent_bridge.types import Frame, Permit, RawFrame
from tests.integration.guarded_car import KINDS, path, write
from tests.unit.codec.support import permit

pytest.importorskip("cryptography", reason="pip install 'intent-bridge[secoc]'")

HERE = ("P02", "Toyota", "Honda", "FcaGiorgio", "VwMqb", "Secoc")
SECURE = Security(simulated_key)
COMMAND, STATUS = "T_Secoc_CMD", "T_Secoc_STATUS"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return load_profile(write(tmp_path_factory.mktemp("fresh"), {name: KINDS[name] for name in HERE}))


def asks(kind: str) -> Permit:
    return permit({path(kind): 3})


def encoded(encoder: Encoder, kind: str = "Secoc") -> Frame:
    (frame,) = encoder.encode(asks(kind), {}, {})
    return frame


def secured(profile: Profile, message: str, freshness: int, payload: bytes = b"") -> RawFrame:
    """A frame of this message under this freshness value."""
    info, protection = profile.messages[message], protections(profile, SECURE)[message]
    data = protection.protect(payload.ljust(info.length, b"\0"), freshness)
    return RawFrame(info.bus, info.can_id, info.extended, info.fd, data)


def opened(profile: Profile, security: Security = SECURE) -> EgressGate:
    gate = EgressGate(profile, security)
    gate.enable()
    return gate


# --- the encoder ----------------------------------------------------------------------------------


def test_a_session_goes_on_with_the_freshness_that_was_kept_and_begins_at_nought(profile: Profile) -> None:
    kept = Security(simulated_key, {COMMAND: 7, "T_P02_CMD": 9})
    assert Encoder(profile, kept).counters == dict.fromkeys((f"T_{n}_CMD" for n in HERE), 0) | {COMMAND: 7}
    assert set(Encoder(profile, SECURE).counters.values()) == {0}


def test_of_a_freshness_value_a_frame_shows_the_bits_that_travel(profile: Profile) -> None:
    encoder = Encoder(profile, SECURE)
    for whole, shown in ((0, 0), (1, 1), (0xFF, 0xFF), (0x100, 0), (0x1A5, 0xA5)):
        encoder.counters[COMMAND] = whole
        assert encoded(encoder).counter == shown
        assert encoder.counters[COMMAND] == whole + 1


def test_what_was_not_sent_frees_its_counter_but_never_a_freshness_value(profile: Profile) -> None:
    encoder = Encoder(profile, SECURE)
    encoder.counters |= {"T_P02_CMD": 5, COMMAND: 5}
    frames = [encoded(encoder, kind) for kind in ("P02", "P02", "Secoc")]
    unprotected = replace(frames[0], message="BARE", counter=None)
    encoder.take_back([*frames, unprotected])
    assert (encoder.counters["T_P02_CMD"], encoder.counters[COMMAND]) == (5, 6)
    assert "BARE" not in encoder.counters


@pytest.mark.parametrize(("told", "next_"), [(8, 10), (9, 10), (10, 11), (41, 42)])
def test_a_freshness_that_the_ecu_has_taken_is_gone_on_from_and_never_back(
    profile: Profile, told: int, next_: int
) -> None:
    encoder = Encoder(profile, Security(simulated_key, {COMMAND: 10}))
    encoder.resync(COMMAND, told)
    assert encoder.counters[COMMAND] == next_


# --- the gate -------------------------------------------------------------------------------------


def passes(gate: EgressGate, profile: Profile, freshness: int) -> bool:
    encoder = Encoder(profile, Security(simulated_key, {COMMAND: freshness}))
    return gate.check(encoded(encoder).raw, [asks("Secoc")], 0, kind="start") is None


def test_the_gate_lets_no_freshness_pass_below_the_one_that_was_kept(profile: Profile) -> None:
    kept = Security(simulated_key, {COMMAND: 7})
    assert [passes(opened(profile, kept), profile, n) for n in (5, 6, 7, 8)] == [False, False, True, True]
    assert passes(opened(profile), profile, 0)


@pytest.mark.parametrize(("told", "good"), [(None, [True, True]), (0, [False, True]), (3, [False, False])])
def test_a_lost_link_lets_the_gate_go_on_where_it_was_or_above_what_was_told(
    profile: Profile, told: int | None, good: list[bool]
) -> None:
    found = []
    for freshness in (0, 1):
        gate = opened(profile)
        gate.resync(COMMAND, told)
        found.append(passes(gate, profile, freshness))
    assert found == good


def test_a_refused_frame_uses_up_no_freshness_value_in_the_gate(profile: Profile) -> None:
    gate, frame = opened(profile), encoded(Encoder(profile, SECURE)).raw
    assert gate.check(frame, [], 0, kind="start") is not None
    assert gate.check(frame, [asks("Secoc")], 0, kind="start") is None
    assert gate.check(frame, [asks("Secoc")], 0, kind="repeat") is not None


# --- the receiver ---------------------------------------------------------------------------------


def test_a_restart_begins_above_every_freshness_value_that_was_heard(profile: Profile) -> None:
    receiver = Receiver(profile, SECURE)
    assert receiver.freshness() == {}
    receiver.read(secured(profile, STATUS, 0), 0)
    assert receiver.freshness() == {STATUS: 1}
    receiver.read(secured(profile, STATUS, 5), 0)
    assert receiver.freshness() == {STATUS: 6}
    again = Receiver(profile, Security(simulated_key, receiver.freshness()))
    old, new = (again.read(secured(profile, STATUS, n), 0) for n in (5, 6))
    assert old is not None and new is not None
    assert [reading.samples[path("Secoc")].value for reading in (old, new)] == [None, 0]


def test_a_trusted_message_tells_the_freshness_of_others_and_only_a_sound_one_does(profile: Profile) -> None:
    receiver = Receiver(profile, SECURE)
    payload = (300).to_bytes(4, "big") + (77).to_bytes(4, "big")  # sent by the ECU, taken by it
    sound = secured(profile, "SYNC", 1, payload)
    spoilt = sound._replace(data=sound.data[:3] + b"\xff" + sound.data[4:])
    readings = [receiver.read(raw, 0) for raw in (spoilt, sound, secured(profile, STATUS, 301))]
    told = [dict(reading.freshness) if reading else None for reading in readings]
    assert told == [{}, {COMMAND: 77, STATUS: 300}, {}]
    assert receiver.freshness() == {"SYNC": 2, COMMAND: 78, STATUS: 302}
    receiver.resync(STATUS, 10)  # never backwards
    assert receiver.freshness()[STATUS] == 302


# --- links ------------------------------------------------------------------------------------------


@pytest.fixture
def secoc(profile: Profile) -> SecOcProtection:
    found = protections(profile, SECURE)[COMMAND]
    assert isinstance(found, SecOcProtection)
    return found


def test_a_fresh_link_remembers_the_last_good_value_and_can_be_put_back(secoc: SecOcProtection) -> None:
    link = FreshLink(secoc.secoc, secoc.attempts, -1)

    def judge(freshness: int) -> CheckStatus:
        return link.judge(secoc.protect(bytes(16), freshness))

    seen = [(link.last, judge(freshness), link.last) for freshness in (0, 0, 4)]
    ok, wrong = CheckStatus.OK, CheckStatus.ERROR
    assert seen == [(None, ok, 0), (0, wrong, 0), (0, ok, 4)]
    link.last = 2
    assert judge(2) is CheckStatus.ERROR and judge(3) is CheckStatus.OK
    link.last = None
    assert link.last is None and judge(255) is CheckStatus.OK
    link.last = None
    assert judge(0) is CheckStatus.OK


class Counted:
    """A protection that only counts: a frame is its counter; 255 is a wrong checksum."""

    bits: frozenset[tuple[int, int]] = frozenset()

    def __init__(self, counters: int) -> None:
        self.counters = counters

    def protect(self, data: bytes, counter: int) -> bytes:
        return bytes((counter,))

    def check(self, data: bytes) -> int | None:
        return None if data[0] == 255 else data[0]

    def shown(self, counter: int) -> int:
        return counter


@pytest.mark.parametrize(
    ("counters", "again", "last"),
    [(1, CheckStatus.OK, None), (2, CheckStatus.REPEATED, 1), (16, CheckStatus.REPEATED, 1)],
)
def test_where_there_is_no_counter_a_right_checksum_is_all_there_is(
    counters: int, again: CheckStatus, last: int | None
) -> None:
    protection: CheckedProtection = Counted(counters)
    link = CounterLink(protection, 1)
    frame = bytes((0 if counters == 1 else 1,))
    assert [link.judge(frame) for _ in range(2)] == [CheckStatus.OK, again]
    assert link.last == last
    assert link.judge(b"\xff") is CheckStatus.ERROR
    link.last = 0
    assert link.last == (None if last is None else 0)


# --- protections of a profile ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Toyota", "Honda", "FcaGiorgio", "VwMqb"])
def test_a_makers_protection_is_bound_to_the_signals_the_id_and_the_constants_of_the_profile(
    profile: Profile, kind: str
) -> None:
    spec = profile.messages[f"T_{kind}_CMD"].spec.e2e
    assert spec is not None
    encoder, protection = Encoder(profile, SECURE), protections(profile, SECURE)[f"T_{kind}_CMD"]
    for n in range(4):
        frame = encoded(encoder, kind)
        counter = n if kind != "Toyota" else 0
        assert (frame.counter, frame.signals.get("Alive", 0)) == (counter, counter)
        assert frame.signals["Level"] == 3
        without = bytearray(frame.raw.data)
        for byte, bit in _bits_of_checksum(kind):
            without[byte] &= ~(1 << bit)
        name = spec.profile
        assert frame.signals["CRC"] == CHECKSUMS[name](
            frame.raw.can_id, bytes(without), counter, spec.data_ids
        )
        assert not isinstance(protection, SecOcProtection)
        assert protection.check(frame.raw.data) == counter
        assert protection.check(frame.raw.data + b"\0") is None
    assert protection.counters == {"Toyota": 1, "Honda": 4}.get(kind, 16)
    assert protection.bits >= frozenset(_bits_of_checksum(kind))


def _bits_of_checksum(kind: str) -> Iterator[tuple[int, int]]:
    first, length = {"Honda": (56, 4), "VwMqb": (0, 8)}.get(kind, (56, 8))
    return (divmod(n, 8) for n in range(first, first + length))


def test_a_secured_message_keeps_its_trailer_to_itself(profile: Profile, secoc: SecOcProtection) -> None:
    length = profile.messages[COMMAND].length
    assert secoc.secoc.payload_length == length - 4  # eight bits of freshness, 24 of the MAC
    assert secoc.bits == {(byte, bit) for byte in range(length - 4, length) for bit in range(8)}


@pytest.mark.parametrize(
    ("security", "what"),
    [
        (Security(), "T_Secoc_CMD is secured with the key `body_key`, and there is no key store"),
        (Security(dict[str, bytes]().__getitem__), "T_Secoc_CMD: the key store has no key `body_key`"),
        (Security(lambda _: b"short"), "T_Secoc_CMD, key `body_key`: an AES key has 16, 24 or 32 bytes"),
    ],
)
def test_every_message_without_a_key_is_a_problem_of_the_profile(
    profile: Profile, security: Security, what: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        protections(profile, security)
    assert len(caught.value.problems) == 3  # command, status, and what tells their freshness
    first = caught.value.problems[0]
    assert (first.what, first.file) == (what, profile.folder / "profile.yaml")
    assert first.mend == "give the host's key store as `keys`"
