"""What a profile can get wrong about protection is found at load, all of it, with the line and the mend."""

from pathlib import Path

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.profile import load_profile
from tests.integration.guarded_car import KINDS, write

SPOILT = {
    "an id mode is missing": ("P01", ", id_mode: both", "", "P01 needs an id_mode, there is none"),
    "an id mode of another profile": ("P11", "id_mode: nibble", "id_mode: low", "P11 needs an id_mode"),
    "an id mode where there is none": ("P05", "data_ids", "id_mode: both, data_ids", "P05 has no id_mode"),
    "an id of 13 bits": ("P11", "data_ids: [256]", "data_ids: [4096]", "data id 4096 is too large for P11"),
    "a counter is missing": ("P06", "counter: Alive, ", "", "`counter` and `max_delta_counter` go together"),
    "a delta that sees nothing": ("P02", "max_delta_counter: 3", "max_delta_counter: 15", "of 4 bits steps"),
    "too many constants": ("Toyota", "crc: CRC", "crc: CRC, data_ids: [1]", "toyota takes 0 constants"),
    "a large constant": ("Psa", "data_ids: [4]", "data_ids: [256]", "constant 256 is too large for psa"),
    "both kinds": ("Secoc", "secoc: {", "e2e: {profile: tesla, crc: MAC}, secoc: {", "has `e2e` and `secoc`"),
    "more freshness sent than there is": (
        "Secoc", "sent_freshness_bits: 8", "sent_freshness_bits: 40", "cannot be sent",
    ),
    "a short MAC": ("Secoc", "mac_bits: 24", "mac_bits: 16", "24"),
    "a trailer longer than the frame": ("Secoc", "mac_bits: 24", "mac_bits: 128", "need 17 bytes"),
    "one data id twice": ("Secoc", "data_id: 257", "data_id: 256", "has the same key and data_id as"),
    "a resync of a signal unknown": ("Secoc", "SYNC.Taken", "SYNC.Given", "`SYNC` has no signal `Given`"),
    "a resync of an old frame": (
        "Secoc", "sent_freshness_bits: 32", "sent_freshness_bits: 31", "own freshness does not travel whole",
    ),
    "a resync that is too short": ("Secoc", "SYNC.Taken", "T_Secoc_STATUS.Level", "cannot hold 32 bits"),
    "a resync of nobody": ("Secoc", "SYNC.Taken", "SYNCH.Taken", "message `SYNCH` is not declared"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new", "what"), SPOILT.values(), ids=SPOILT)
def test_wrong_protection_is_a_problem_of_the_profile(
    tmp_path: Path, kind: str, old: str, new: str, what: str
) -> None:
    file = write(tmp_path, {kind: KINDS[kind]}) / "profile.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(ProfileError) as caught:
        load_profile(tmp_path)
    assert any(what in f"{p.what}; {p.mend}" for p in caught.value.problems), caught.value
    assert all(p.line is not None for p in caught.value.problems)


@pytest.mark.parametrize(
    ("kind", "old", "new", "what"),
    [
        ("P04", "CRC : 71|32@0+", "CRC : 63|32@0+", "bit 71 (big-endian)"),
        ("P06", "CRC : 7|16@0+", "CRC : 0|16@1+", "bit 7 (big-endian)"),
        ("P07", "Alive : 103|32@0+", "Alive : 96|32@1+", "bit 103 (big-endian)"),
        ("P22", "Alive : 16|4@1+", "Alive : 20|4@1+", "bit 16 (little-endian)"),
        ("Honda", "CRC : 59|4@0+", "CRC : 51|4@0+", "the checksum of honda is the last nibble"),
        ("VwMqb", "Alive : 8|4@1+", "Alive : 12|4@1+", "by the low nibble of byte 1"),
        ("Secoc", "Fresh : 103|8@0+", "Fresh : 95|16@0+", "reaches into the last 4 bytes"),
        ("Subaru", "CRC : 0|8@1+", "CRC : 0|8@1-", "is signed or multiplexed"),
    ],
)
def test_a_checksum_or_counter_elsewhere_is_a_problem_with_its_place(
    tmp_path: Path, kind: str, old: str, new: str, what: str
) -> None:
    file = write(tmp_path, {kind: KINDS[kind]}) / "body.dbc"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(ProfileError) as caught:
        load_profile(tmp_path)
    assert any(what in f"{p.what}; {p.mend}" for p in caught.value.problems), caught.value


def test_a_path_cannot_be_bound_to_what_the_protection_writes(tmp_path: Path) -> None:
    file = write(tmp_path, {"Secoc": KINDS["Secoc"]}) / "profile.yaml"
    file.write_text(file.read_text().replace("T_Secoc_CMD.Level", "T_Secoc_CMD.Fresh"))
    with pytest.raises(ProfileError, match="already belongs to the secoc of `T_Secoc_CMD`"):
        load_profile(tmp_path)
