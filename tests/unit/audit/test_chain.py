"""A chain over several files, with seals: whatever is cut off, edited, reordered, removed or forged shows."""

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from intent_bridge.audit import AuditOptions, Keeper, KeyProblem, read, read_key, verify, verify_chain
from intent_bridge.audit.chain import files
from intent_bridge.audit.keeper import LOOK_EVERY, SEAL_EVERY
from intent_bridge.audit.log import GENESIS, Fsync, seal
from intent_bridge.audit.seals import Ed25519Key, HmacKey, Key, Seal, append_seal, seals_file

KEY = HmacKey(b"k" * 32)
OTHER = HmacKey(b"o" * 32)


def write(path: Path, count: int, key: Key | None = KEY, max_bytes: int | None = None) -> None:
    keeper = Keeper(AuditOptions(path, fsync="off", key=key, max_bytes=max_bytes))
    for _ in range(count):
        keeper.write({"type": "outcome", "n": keeper.count})
    keeper.close()


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three files: two closed ones and the active one."""
    path = tmp_path / "audit.jsonl"
    write(path, 3 * LOOK_EVERY - 10, max_bytes=1000)
    return path


def test_a_full_file_is_closed_and_the_chain_goes_on_in_a_new_one(log: Path) -> None:
    names = [file.name for file in files(log)]
    assert names == ["audit.jsonl.000000000064", "audit.jsonl.000000000128", "audit.jsonl"]
    assert [r["n"] for r in read(log)] == list(range(182))
    found = verify_chain(log, (KEY,))
    assert (found.first, found.last, found.sealed, found.broken) == (1, 182, 182, None)


def test_a_restart_goes_on_after_closed_files_even_where_the_active_one_is_not_there_yet(log: Path) -> None:
    end = len(lines(log))
    log.unlink()
    write(log, 5, key=None)
    assert verify(log) == (182 - end + 5, None)


def forged(log: Path) -> None:
    """All of it written anew, with one record left out and every hash right."""
    previous, made = GENESIS, b""
    for n in range(1, 54):
        line, previous = seal(previous, {"type": "outcome", "n": n})
        made += line
    for file in files(log):
        file.unlink()
    log.write_bytes(made)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "edit": (
        lambda log: log.write_bytes(log.read_bytes().replace(b'"n":130', b'"n":131')),
        "was changed after it was written",
    ),
    "reorder": (
        lambda log: log.write_bytes(b"".join([lines(log)[1], lines(log)[0], *lines(log)[2:]])),
        "does not follow",
    ),
    "removal": (lambda log: log.write_bytes(b"".join(lines(log)[1:])), "does not follow"),
    "removal in the middle": (
        lambda log: log.write_bytes(b"".join(lines(log)[:3] + lines(log)[4:])),
        "does not follow",
    ),
    "truncation": (lambda log: log.write_bytes(b"".join(lines(log)[:-1])), "1 records that were sealed"),
    "a torn end": (lambda log: log.write_bytes(log.read_bytes()[:-5]), "torn"),
    "the active file removed": (lambda log: log.unlink(), "54 records that were sealed are missing"),
    "a closed file removed": (lambda log: files(log)[1].unlink(), "does not follow"),
    "a closed file shortened": (
        lambda log: files(log)[1].write_bytes(b"".join(lines(files(log)[1])[:-1])),
        "as its name says",
    ),
    "everything forged": (forged, "is not the record 53 that was sealed|sealed are missing"),
    "the seals removed": (lambda log: seals_file(log).unlink(), "no file of seals"),
    "a seal edited": (
        lambda log: seals_file(log).write_text(seals_file(log).read_text().replace("182", "181")),
        "by none of the keys",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_found(damage: str, log: Path) -> None:
    break_, what = DAMAGES[damage]
    break_(log)
    broken = verify_chain(log, (KEY,)).broken
    assert broken is not None and re.search(what, broken.what), broken


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_found_with_the_public_half_of_an_ed25519_key_alone(
    damage: str, tmp_path: Path
) -> None:
    private, public = map(read_key, ed25519(tmp_path))
    log = tmp_path / "audit.jsonl"
    write(log, 3 * LOOK_EVERY - 10, key=private, max_bytes=1000)
    assert verify_chain(log, (public,)).sealed == 182
    break_, what = DAMAGES[damage]
    break_(log)
    broken = verify_chain(log, (public,)).broken
    assert broken is not None and re.search(what, broken.what), broken


PLACES = {  # the file, the line, the last record before it, and up to where a seal vouches
    "edit": ("audit.jsonl", 3, 130, 128),
    "reorder": ("audit.jsonl", 1, 128, 128),
    "removal in the middle": ("audit.jsonl", 4, 131, 128),
    "truncation": ("audit.jsonl", 54, 181, 128),
    "the active file removed": ("audit.jsonl.000000000128", 65, 128, 128),
    "a closed file removed": ("audit.jsonl", 1, 64, 64),
    "a closed file shortened": ("audit.jsonl.000000000128", 63, 127, 64),
    "everything forged": ("audit.jsonl", 54, 53, 0),
    "the seals removed": ("audit.jsonl.seals", 1, 0, 0),
    "a seal edited": ("audit.jsonl.seals", 3, 0, 0),
}


@pytest.mark.parametrize("damage", PLACES)
def test_a_break_is_told_with_its_place_and_what_is_sure_before_it(damage: str, log: Path) -> None:
    DAMAGES[damage][0](log)
    found = verify_chain(log, (KEY,))
    assert found.broken is not None and found.first == 1
    assert (found.file.name, found.broken.line, found.last, found.sealed) == PLACES[damage]


def test_a_log_written_anew_and_sealed_with_another_ed25519_key_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    _, public = map(read_key, ed25519(tmp_path / "ours"))
    forger, _ = map(read_key, ed25519(tmp_path / "theirs"))
    log = tmp_path / "audit.jsonl"
    write(log, 20, key=forger)
    assert verify_chain(log).broken is None
    assert "by none of the keys" in str(verify_chain(log, (public,)).broken)


def test_without_a_key_a_cut_at_a_whole_line_does_not_show_which_is_why_there_are_seals(log: Path) -> None:
    DAMAGES["truncation"][0](log)
    assert verify_chain(log).broken is None


def test_another_key_does_not_vouch(log: Path) -> None:
    assert verify_chain(log, (OTHER,)).broken is not None
    assert verify_chain(log, (OTHER, KEY)).broken is None


def test_files_may_be_moved_away_where_a_seal_stands_for_them(log: Path, tmp_path: Path) -> None:
    oldest = files(log)[0]
    oldest.rename(tmp_path / "moved")
    found = verify_chain(log, (KEY,))
    assert (found.first, found.last, found.broken) == (65, 182, None)
    assert "no seal stands for them" in str(verify_chain(log).broken)


@pytest.mark.parametrize("head", [None, GENESIS], ids=["no seal", "a seal of something else"])
def test_files_may_not_be_moved_away_where_no_seal_stands_for_just_them(log: Path, head: str | None) -> None:
    files(log)[0].unlink()
    first, *rest = lines(seals_file(log))
    assert b'"count": 64,' in first
    seals_file(log).unlink()
    if head is not None:
        append_seal(seals_file(log), Seal(64, head), KEY)
    with seals_file(log).open("ab") as file:
        file.writelines(rest)
    found = verify_chain(log, (KEY,))
    assert (found.first, found.last, found.records, found.sealed) == (65, 64, 0, 0)
    assert found.broken is not None and found.broken.line == 1
    assert found.broken.what == "the 64 records before this one are missing, and no seal stands for them"


def test_the_last_files_can_be_read_alone_and_their_records_still_follow_each_other(log: Path) -> None:
    assert [r["n"] for r in read(log, last_files=1)] == list(range(128, 182))
    assert [r["n"] for r in read(log, last_files=2)] == list(range(64, 182))
    assert [r["n"] for r in read(log, last_files=9)] == list(range(182))
    log.write_bytes(b"".join(lines(log)[1:]))
    with pytest.raises(ValueError, match=r"audit\.jsonl:1: does not follow"):
        list(read(log, last_files=2))


def test_a_restart_goes_on_after_the_newest_of_many_closed_files(tmp_path: Path) -> None:
    path = tmp_path / "of the car.jsonl"
    write(path, 4 * LOOK_EVERY, max_bytes=1000)
    assert len(files(path)) == 5 and path.stat().st_size == 0
    write(path, 5)
    found = verify_chain(path, (KEY,))
    assert (found.first, found.last, found.sealed, found.broken) == (1, 261, 261, None)


@pytest.mark.parametrize(("less", "closed"), [(0, 1), (-1, 0)])
def test_a_file_is_closed_when_it_has_reached_its_size_and_not_before(
    less: int, closed: int, tmp_path: Path
) -> None:
    write(tmp_path / "as_long.jsonl", LOOK_EVERY)
    limit = (tmp_path / "as_long.jsonl").stat().st_size - less
    path = tmp_path / "audit.jsonl"
    write(path, LOOK_EVERY, max_bytes=limit)
    assert len(files(path)) == 1 + closed


def test_an_empty_log_that_nothing_was_sealed_of_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.touch()
    seals_file(path).touch()
    found = verify_chain(path, (KEY,))
    assert (found.first, found.last, found.sealed, found.broken) == (1, 0, 0, None)


def test_seals_can_be_kept_elsewhere(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "audit.jsonl", tmp_path / "vault.seals"
    keeper = Keeper(AuditOptions(path, fsync="off", key=KEY, seals=elsewhere))
    keeper.write({"n": 0})
    keeper.close()
    assert verify_chain(path, (KEY,), elsewhere).sealed == 1
    assert "no file of seals" in str(verify_chain(path, (KEY,)).broken)


def test_what_is_sealed_already_is_not_sealed_again_at_the_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intent_bridge.audit.keeper.SEAL_EVERY", 3)
    path = tmp_path / "audit.jsonl"
    for more in (3, 0):
        write(path, more)
        assert len(lines(seals_file(path))) == 1


def test_a_seal_is_whole_in_its_file_before_it_is_forced_onto_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = tmp_path / "seals", list[bytes]()
    monkeypatch.setattr("intent_bridge.audit.seals.os.fsync", lambda _: seen.append(file.read_bytes()))
    append_seal(file, Seal(1, GENESIS), KEY)
    assert seen == [file.read_bytes()] and seen[0].endswith(b"}\n")


@pytest.mark.parametrize(("fsync", "syncs"), [("each", 3), ("off", 0)])
def test_a_keeper_forces_records_onto_the_disk_as_it_was_told(
    fsync: Fsync, syncs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("intent_bridge.audit.log.os.fsync", synced.append)
    keeper = Keeper(AuditOptions(tmp_path / "audit.jsonl", fsync=fsync))
    keeper.write({"n": 0})
    keeper.write({"n": 1})
    keeper.close()
    assert len(synced) == syncs


def test_the_end_is_sealed_every_thousand_records_and_what_follows_is_not(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    child = os.fork()
    if child == 0:
        keeper = Keeper(AuditOptions(path, fsync="off", key=KEY))
        for n in range(SEAL_EVERY + 7):
            keeper.write({"n": n})
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    found = verify_chain(path, (KEY,))
    assert (found.last, found.sealed, found.broken) == (SEAL_EVERY + 7, SEAL_EVERY, None)
    write(path, 1)  # the lock of the dead is no lock
    assert verify_chain(path, (KEY,)).sealed == SEAL_EVERY + 8


def test_a_seal_is_made_on_the_way_and_the_head_is_the_newest_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intent_bridge.audit.keeper.SEAL_EVERY", 3)
    path = tmp_path / "audit.jsonl"
    keeper = Keeper(AuditOptions(path, fsync="off", key=KEY))
    for n in range(7):
        keeper.write({"n": n})
    assert len(lines(seals_file(path))) == 2
    assert keeper.head.encode() in lines(path)[-1]
    keeper.close()
    assert verify_chain(path, (KEY,)).sealed == 7


def test_a_log_written_anew_to_the_same_length_is_not_the_one_that_was_sealed(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 3)
    previous, made = GENESIS, b""
    for n in (0, 1, 7):
        line, previous = seal(previous, {"type": "outcome", "n": n})
        made += line
    path.write_bytes(made)
    found = verify_chain(path, (KEY,))
    assert found.broken is not None and (found.broken.line, found.last) == (3, 2)
    assert found.broken.what == "is not the record 3 that was sealed"
    assert verify_chain(path).broken is None  # without the key nobody can tell


def test_a_torn_seal_is_passed_over_and_one_that_nobody_can_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path, 3)
    whole = seals_file(path).read_bytes()
    seals_file(path).write_bytes(whole + whole[:20])
    assert verify_chain(path, (KEY,)).sealed == 3
    for unreadable in (b"{}", b'{"count": 1e999, "head": "", "seal": "", "scheme": ""}', b"[" * 100_000):
        seals_file(path).write_bytes(whole + unreadable + b"\n")
        found = verify_chain(path, (KEY,)).broken
        assert found is not None and (found.line, found.what) == (2, "this seal was made by none of the keys")


def test_a_seal_that_was_changed_does_not_fit_an_ed25519_key(tmp_path: Path) -> None:
    private, public = (read_key(file) for file in ed25519(tmp_path))
    made = private.seal(b"3 head")
    for key in (private, public):
        assert key.fits(b"3 head", made)
        assert not key.fits(b"4 head", made)


def test_without_cryptography_a_key_of_that_kind_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(KeyProblem, match="pip install"):
        Ed25519Key(b"-----BEGIN PUBLIC KEY-----")


def test_a_second_writer_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    first = Keeper(AuditOptions(path))
    with pytest.raises(BlockingIOError, match="another process writes this log"):
        Keeper(AuditOptions(path))
    first.close()
    Keeper(AuditOptions(path)).close()


def ed25519(folder: Path) -> tuple[Path, Path]:
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public


def test_with_ed25519_whoever_verifies_cannot_seal(tmp_path: Path) -> None:
    private, public = ed25519(tmp_path)
    path = tmp_path / "audit.jsonl"
    keeper = Keeper(AuditOptions(path, key=read_key(private)))
    keeper.write({"n": 1})
    keeper.close()
    assert verify_chain(path, (read_key(public),)).sealed == 1
    with pytest.raises(KeyProblem, match="only verifies"):
        read_key(public).seal(b"x")
    assert verify_chain(path, (KEY,)).broken is not None


@pytest.mark.parametrize(
    ("data", "why"), [(b"short", "at least 32 bytes"), (b"-----BEGIN NONSENSE", "no PEM key")]
)
def test_a_file_that_is_no_key_is_refused_in_one_line(data: bytes, why: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(data)
    with pytest.raises(KeyProblem, match=why):
        read_key(file)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    public = X25519PrivateKey.generate().public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(KeyProblem, match="no Ed25519 key"):
        Ed25519Key(pem)
