"""Whether packs may follow others: every step that can refuse, and what it says."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.errors import ProfileError
from intent_bridge.guard import Guard, load_packs, signature
from intent_bridge.guard import reload as reload_module
from intent_bridge.guard.reload import Refused, first_guard, objections, prepare, proved
from intent_bridge.profile import load_profile

from .car import GEAR, NOW, SEAT, SPEED, problems, rule, state, tiny, with_packs


def pack(
    folder: Path, *rules: str, version: int = 1, looser: str = "", name: str = "mine", layer: str = "oem"
) -> Path:
    file = folder / f"{name}.yaml"
    head = f"pack: {{name: {name}, layer: {layer}, version: {version}{looser}}}\nrules:\n"
    file.write_text(head + "".join(rules), encoding="utf-8")
    return file


def yes(*_: object) -> str:
    return ""


MOVING = rule(id="seat.moving", when="Vehicle.Speed > 5 km/h")
SLOWER = rule(id="seat.moving", when="Vehicle.Speed > 3 km/h")
LATER = rule(id="seat.moving", when="Vehicle.Speed > 5 km/h", source="another book")
MORE = rule(id="seat.gear", when=f"{GEAR} != P")


def followed(folder: Path, *rules: str, **head: Any) -> list[str]:
    """What is said when a pack of these rules follows one of `MOVING`."""
    profile = with_packs(folder, "mine.yaml")
    pack(folder, MOVING)
    active = load_packs(profile)
    pack(folder, *rules, **head)
    return objections(active, load_packs(profile))


def test_the_same_again_and_more_rules_in_a_new_version_are_fine(tmp_path: Path) -> None:
    assert followed(tmp_path, MOVING) == []
    assert followed(tmp_path, MOVING, MORE, version=2) == []
    assert followed(tmp_path, LATER, version=2) == []


@pytest.mark.parametrize(
    ("rules", "head", "what"),
    [
        ((MOVING, MORE), {}, "was changed, but its version is still 1; raise it"),
        ((MORE,), {"version": 2}, "may be looser: `seat.moving` is gone or changed"),
        ((SLOWER,), {"version": 2}, "may be looser: `seat.moving` is gone or changed"),
        ((MOVING,), {"layer": "user"}, "moves from layer oem to user"),
        ((MOVING,), {"version": 2, "name": "mine"}, None),
    ],
)
def test_what_may_be_looser_is_refused(
    tmp_path: Path, rules: tuple[str, ...], head: Mapping[str, Any], what: str | None
) -> None:
    found = followed(tmp_path, *rules, **head)
    assert what in found[0] if what else found == []


def test_somebody_who_answers_for_it_lets_a_looser_version_pass_once(tmp_path: Path) -> None:
    looser = ", looser: {version: 2, approver: A. Person, reason: measured}"
    assert followed(tmp_path, SLOWER, version=2, looser=looser) == []
    profile = with_packs(tmp_path, "mine.yaml")
    active = load_packs(profile)
    pack(tmp_path, MOVING, version=3, looser=looser)
    assert "may be looser" in objections(active, load_packs(profile))[0]


def test_several_changes_are_counted_and_an_older_version_is_refused(tmp_path: Path) -> None:
    profile = with_packs(tmp_path, "mine.yaml")
    pack(tmp_path, MOVING, MORE, version=2)
    active = load_packs(profile)
    pack(tmp_path, rule(), version=3)
    assert "and 1 more is gone" in objections(active, load_packs(profile))[0]
    pack(tmp_path, MOVING, MORE, version=1)
    assert "goes back from version 2 to 1" in objections(active, load_packs(profile))[0]


def test_a_pack_that_is_left_out_is_refused(tmp_path: Path) -> None:
    pack(tmp_path, MOVING)
    pack(tmp_path, MORE, name="own", layer="user")
    active = load_packs(with_packs(tmp_path, "mine.yaml", "own.yaml"))
    found = objections(active, load_packs(with_packs(tmp_path, "mine.yaml")))
    assert found == ["pack `own` is left out; exchange it in the profile and start anew"]
    pack(tmp_path, MORE, version=2)
    both = objections(active, load_packs(with_packs(tmp_path, "mine.yaml")))
    assert ["seat.moving" in both[0], "`own` is left out" in both[1]] == [True, True]
    pack(tmp_path, MORE, version=2, name="own", layer="user")
    pack(tmp_path, MOVING, version=3)
    active = load_packs(with_packs(tmp_path, "mine.yaml", "own.yaml"))
    pack(tmp_path, rule(id="own.other"), version=3, name="own", layer="user")
    last = objections(active, load_packs(with_packs(tmp_path, "own.yaml")))
    assert ["`mine` is left out" in last[0], "seat.gear" in last[1]] == [True, True]


def test_what_a_pack_says_around_its_rules_counts_too(tmp_path: Path) -> None:
    profile = with_packs(tmp_path, "mine.yaml")
    about = "hazard: h\n  source: s\n  basis: design\n  verified: memory\n"
    jump = f"- id: a.jump\n  doubts: [{SPEED}]\n  jump: 60 km/h\n  within_ms: 1000\n  {about}"
    extra = f"retries: {{denials: 3, window_ms: 1000}}\nactivate: {SPEED} <= 0 km/h\nplausible:\n{jump}"
    file = pack(tmp_path, MOVING)
    file.write_text(file.read_text().replace("rules:", extra + "rules:"))
    active = load_packs(profile)
    pack(tmp_path, MOVING, version=2)
    assert "`a.jump` and 2 more is gone" in objections(active, load_packs(profile))[0]
    pack(tmp_path, SLOWER, version=2)
    mixed = objections(active, load_packs(profile), lambda: "")
    assert "`a.jump` and 3 more is gone or changed (no solver judges it)" in mixed[0]


# The whole of it


def test_sound_packs_make_a_guard(tmp_path: Path) -> None:
    profile = with_packs(tmp_path, "mine.yaml")
    pack(tmp_path, MOVING)
    active = load_packs(profile)
    own = pack(tmp_path, MORE, name="own", layer="user")
    made = prepare(profile, ["mine.yaml", own], active, prove=yes)
    assert isinstance(made, Guard)
    assert {r.text.id for r in made.rules.rules[SEAT]} == {"seat.moving", "seat.gear"}


def test_every_step_can_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = with_packs(tmp_path, "mine.yaml")
    pack(tmp_path, MOVING)
    active = load_packs(profile)
    pack(tmp_path, rule(when="Vehicle.Nothing", id="a.b"), rule(when="Vehicle.None", id="a.c"))
    unread = prepare(profile, None, active, prove=yes)
    assert isinstance(unread, Refused) and unread.step == "read"
    assert "mine.yaml:11" in unread.why and "(and 1 more)" in unread.why
    pack(tmp_path, rule(when="Vehicle.Nothing", id="a.b"))
    once = prepare(profile, None, active, prove=yes)
    assert isinstance(once, Refused) and "more)" not in once.why
    pack(tmp_path, MORE, version=2)
    less = prepare(profile, None, active, prove=yes)
    assert isinstance(less, Refused) and less.step == "layers"
    assert f"`seat.moving` is gone or changed (more may leave for {SEAT})" in less.why
    pack(tmp_path, MOVING)
    assert prepare(profile, None, active, prove=lambda profile, guard: "no") == Refused("proof", "no")
    unsigned = prepare(profile, None, active, keys=[b"key"], prove=yes)
    assert isinstance(unsigned, Refused) and unsigned.step == "signature"
    monkeypatch.setattr(reload_module, "self_test", lambda guard: "broken")
    assert prepare(profile, None, active, prove=yes) == Refused("test", "broken")


def test_a_changed_rule_that_lets_no_more_out_needs_nobody_to_answer_for_it(tmp_path: Path) -> None:
    pytest.importorskip("z3", reason="pip install 'intent-bridge[verify]'")
    profile = with_packs(tmp_path, "mine.yaml")
    pack(tmp_path, SLOWER)
    active = load_packs(profile)
    pack(tmp_path, MOVING, version=2)
    looser = prepare(profile, None, active, prove=yes)
    assert isinstance(looser, Refused) and looser.step == "layers"
    pack(tmp_path, MOVING)
    active = load_packs(profile)
    pack(tmp_path, SLOWER, version=2)
    assert isinstance(prepare(profile, None, active, prove=yes), Guard)


def test_without_a_solver_every_changed_rule_needs_somebody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from intent_bridge.guard.proof import VerifyMissing, smt

    def missing() -> None:
        raise VerifyMissing("no solver")

    monkeypatch.setattr(smt, "_z3", missing)
    profile = with_packs(tmp_path, "mine.yaml")
    pack(tmp_path, MOVING)
    active = load_packs(profile)
    pack(tmp_path, SLOWER, version=2)
    found = prepare(profile, None, active, prove=yes)
    assert isinstance(found, Refused) and "there is no solver here" in found.why


def test_a_bridge_starts_with_signed_packs_only_where_it_has_keys(tmp_path: Path) -> None:
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    profile = with_packs(tmp_path, "mine.yaml")
    file = pack(tmp_path, MOVING)
    assert first_guard(profile).rules.packs
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(ProfileError, match=r"mine\.yaml is not signed") as caught:
        first_guard(profile, [public])
    assert caught.value.problems[0].file == tmp_path / "profile.yaml"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    signature.sign(file, key.private_bytes(serialization.Encoding.PEM, *form))
    assert first_guard(profile, [public]).rules.packs
    file.write_text(file.read_text().replace("> 5", "> 9"))
    with pytest.raises(ProfileError, match="was changed since"):
        first_guard(profile, [public])


def test_a_pack_that_is_no_file_is_refused() -> None:
    found = prepare(tiny(), ["nowhere.yaml"], load_packs(load_profile("demo_sedan")), prove=yes)
    assert isinstance(found, Refused) and found.step == "read"


def test_the_proof_is_that_of_the_prover(monkeypatch: pytest.MonkeyPatch) -> None:
    from intent_bridge.guard import proof

    profile = load_profile("demo_sedan")
    guard = Guard(profile, load_packs(profile))
    monkeypatch.setattr(proof, "certificate", lambda profile, rules: object())
    assert proved(profile, guard) == ""
    monkeypatch.setattr(proof, "certificate", lambda profile, rules: None)

    class Report:
        failures = (proof.Failure("seat.speed", "no seat moves at speed", SEAT),)

    for made, said in ((object(), ""), (None, f"`seat.speed` fails on {SEAT}: no seat moves at speed")):
        monkeypatch.setattr(proof, "certify", lambda profile, rules, made=made: (made, Report()))
        assert proved(profile, guard) == said

    def missing(profile: object, rules: object) -> None:
        raise proof.VerifyMissing("no solver here\nat all")

    monkeypatch.setattr(proof, "certify", missing)
    assert proved(profile, guard) == "no solver here"


# Exchange


@pytest.mark.parametrize(
    ("changes", "fine"), [({}, True), ({SPEED: 1}, False), ({GEAR: "D"}, False), ({GEAR: None}, False)]
)
def test_packs_are_exchanged_only_where_all_allow_it_for_certain(
    tmp_path: Path, changes: dict[str, Any], fine: bool
) -> None:
    file = pack(tmp_path, MOVING)
    file.write_text(
        file.read_text().replace("rules:", f"activate: {GEAR} == P and {SPEED} <= 0 km/h\nrules:")
    )
    profile = with_packs(tmp_path, "mine.yaml")
    assert Guard(profile, load_packs(profile)).may_be_replaced(state(changes), NOW) is fine


def test_of_two_packs_that_say_when_both_must_allow_the_exchange(tmp_path: Path) -> None:
    for name, when, rules in (("mine", f"{GEAR} == P", MOVING), ("other", f"{SPEED} <= 0 km/h", MORE)):
        file = pack(tmp_path, rules, name=name)
        file.write_text(file.read_text().replace("rules:", f"activate: {when}\nrules:"))
    profile = with_packs(tmp_path, "mine.yaml", "other.yaml")
    judging = Guard(profile, load_packs(profile))
    assert judging.may_be_replaced(state(), NOW)
    assert not judging.may_be_replaced(state({SPEED: 1}), NOW)
    assert not judging.may_be_replaced(state({GEAR: "D"}), NOW)


def test_without_a_word_on_when_packs_are_never_exchanged(tmp_path: Path) -> None:
    pack(tmp_path, MOVING)
    profile = with_packs(tmp_path, "mine.yaml")
    assert not Guard(profile, load_packs(profile)).may_be_replaced(state(), NOW)


@pytest.mark.parametrize(
    ("name", "unchecked"), [("Vehicle.Tilt.IsParked", ("activate",)), ("Vehicle.Nothing", None)]
)
def test_a_vehicle_that_cannot_tell_never_exchanges(tmp_path: Path, name: str, unchecked: object) -> None:
    file = pack(tmp_path, MOVING.replace("Vehicle.Speed > 5 km/h", "untrusted_text"), layer="base")
    names = "names: {Vehicle.Tilt.IsParked: {type: boolean}}"
    file.write_text(file.read_text().replace("rules:", f"{names}\nactivate: {name}\nrules:"))
    profile = with_packs(tmp_path, "mine.yaml")
    found = prepare(profile, None, replace(load_packs(with_packs(tmp_path)), sources=()), prove=yes)
    if unchecked is None:
        assert isinstance(found, Refused) and "`activate`" in found.why
    else:
        assert isinstance(found, Guard)
        assert found.rules.unchecked == unchecked
        assert not found.may_be_replaced(state(), NOW)


def test_a_vehicle_that_cannot_tell_to_one_pack_never_exchanges_whatever_others_say(tmp_path: Path) -> None:
    for name, layer, effect, when in (
        ("one", "base", "deny", "Vehicle.Tilt.IsParked"),
        ("two", "oem", "confirm", f"{SPEED} <= 0 km/h"),
    ):
        only = rule(id=f"a.{name}", when="untrusted_text", effect=effect)
        file = pack(tmp_path, only, name=name, layer=layer)
        names = "names: {Vehicle.Tilt.IsParked: {type: boolean}}\n" if layer == "base" else ""
        file.write_text(file.read_text().replace("rules:", f"{names}activate: {when}\nrules:"))
    profile = with_packs(tmp_path, "one.yaml", "two.yaml")
    made = Guard(profile, load_packs(profile))
    assert made.rules.unchecked == ("activate",) and len(made.rules.activate) == 2
    assert not made.may_be_replaced(state(), NOW)


# Layers


def test_a_second_pack_of_a_name_or_of_a_market_is_refused(tmp_path: Path) -> None:
    pack(tmp_path, MOVING, name="one", layer="market")
    pack(tmp_path, MORE, name="two", layer="market")
    copy = (tmp_path / "one.yaml").read_text().replace("seat.moving", "a.copy")
    (tmp_path / "copy.yaml").write_text(copy)
    for other, what in (
        ("two", "a second pack of layer market"),
        ("copy", "a second pack of the name `one`"),
    ):
        found = problems(with_packs(tmp_path, "one.yaml", f"{other}.yaml"))
        assert any(what in problem.what for problem in found)


# Signatures


def new_key() -> tuple[bytes, bytes]:
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    from cryptography.hazmat.primitives import serialization as s

    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    public = key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    return private, public


@pytest.fixture
def keys() -> tuple[bytes, bytes]:
    return new_key()


def other_key() -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    return private, key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)


def test_a_signed_pack_is_taken_and_a_changed_one_is_not(tmp_path: Path, keys: tuple[bytes, bytes]) -> None:
    private, public = keys
    file = pack(tmp_path, MOVING)
    profile = with_packs(tmp_path, "mine.yaml")
    active = load_packs(profile)
    assert signature.problem(file, [public]) == "mine.yaml is not signed: there is no mine.yaml.sig"
    assert signature.sign(file, private) == tmp_path / "mine.yaml.sig"
    assert signature.problem(file, [public]) == ""
    assert signature.problem(file, [new_key()[1], public, new_key()[1]]) == "", "any one of them"
    assert isinstance(prepare(profile, None, active, keys=[public], prove=yes), Guard)
    file.write_text(file.read_text().replace("5 km/h", "9 km/h"))
    assert "or mine.yaml was changed since" in signature.problem(file, [public])
    (tmp_path / "mine.yaml.sig").write_text("!")
    assert signature.problem(file, [public]) == "mine.yaml.sig is no base64"


def test_a_pack_that_is_shipped_needs_no_signature(keys: tuple[bytes, bytes]) -> None:
    profile = load_profile("demo_sedan")
    rules = load_packs(profile, ["base"])
    assert isinstance(prepare(profile, ["base"], rules, keys=[keys[1]], prove=yes), Guard)


def test_a_key_that_is_none_is_named(tmp_path: Path, keys: tuple[bytes, bytes]) -> None:
    file = pack(tmp_path, MOVING)
    signature.sign(file, keys[0])
    private, public = other_key()
    for given, what in ((b"x", "no PEM key"), (private, "no Ed25519 key")):
        with pytest.raises(signature.SignatureProblem, match=what):
            signature.sign(file, given)
    for given, what in ((b"x", "no PEM key"), (public, "no Ed25519 key")):
        with pytest.raises(signature.SignatureProblem, match=what):
            signature.problem(file, [given])
    profile = with_packs(tmp_path, "mine.yaml")
    refused = prepare(profile, None, load_packs(profile), keys=[b"x"], prove=yes)
    assert refused == Refused("signature", "a public key is no PEM key")


def test_without_the_library_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(signature.SignatureProblem, match=r"pip install 'intent-bridge\[sign\]'"):
        signature.problem(pack(tmp_path, MOVING), [b""])
