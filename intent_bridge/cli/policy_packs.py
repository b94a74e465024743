"""`policy status | check | reload | sign | verify-signature | shadow`: rule packs as files."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.guard import Guard, RuleSet, load_packs, signature
from intent_bridge.guard.selftest import self_test
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import Verdict


def show_status(vehicle: str, packs: Sequence[str] | None, *, as_json: bool) -> int:
    """Print the packs of a vehicle and how sure their rules are."""
    _, rules = _loaded(vehicle, packs)
    shown = _status(rules)
    if as_json:
        print(json.dumps({"vehicle": vehicle, "policy": rules.digest, "packs": shown}))
        return Exit.OK
    print(f"{vehicle}: policy {rules.digest[:12]}")
    for pack in shown:
        marks = ", ".join(f"{count} {mark}" for mark, count in pack["verified"].items())
        signed = "signed" if pack["signed"] else "not signed"
        print(f"  {pack['layer']:6} {pack['name']} version {pack['version']} {pack['digest'][:12]} {signed}")
        print(f"         {pack['rules']} rules ({marks})")
        if pack["looser"]:
            print(f"         looser since version {pack['looser']['version']}: {pack['looser']['reason']}")
            print(f"         approved by {pack['looser']['approver']}")
    return Exit.OK


def _status(rules: RuleSet) -> list[dict[str, Any]]:
    texts = {rule.text.id: rule for bound in rules.rules.values() for rule in bound}
    return [
        {
            "name": source.header.name,
            "layer": source.header.layer,
            "version": source.header.version,
            "digest": source.digest,
            "file": str(source.file),
            "signed": signature.signature_file(source.file).is_file(),
            "looser": None if source.header.looser is None else source.header.looser.model_dump(),
            "rules": len(here := [rule for rule in texts.values() if rule.file == source.file]),
            "verified": dict(sorted(Counter(rule.text.verified for rule in here).items())),
        }
        for source in rules.sources
    ]


def check_packs(vehicle: str, packs: Sequence[str] | None, *, as_json: bool) -> int:
    """Load packs and let the guard test itself; warnings are told, and cost nothing."""
    profile, rules = _loaded(vehicle, packs)
    fault = self_test(Guard(profile, rules))
    unchecked = [f"`{name}` is not checked: this vehicle lacks a sensor for it" for name in rules.unchecked]
    warnings = [*rules.warnings, *unchecked]
    if as_json:
        print(json.dumps({"vehicle": vehicle, "policy": rules.digest, "warnings": warnings, "fault": fault}))
    else:
        for warning in warnings:
            print(f"warning: {warning}")
        print(fault or f"{vehicle}: {len(rules.packs)} packs sound, policy {rules.digest[:12]}")
    return Exit.NO if fault else Exit.OK


def rehearse_reload(
    vehicle: str, packs: Sequence[str] | None, keys: Sequence[Path], sets: Sequence[str], *, as_json: bool
) -> int:
    """Reload packs on the simulated vehicle, in the state that is given."""
    from intent_bridge.bridge import Bridge
    from intent_bridge.cli.options import read_state

    with Bridge.simulated(vehicle) as bridge:
        bridge.set_state(read_state(sets))
        names = [_placed(bridge.profile, name) for name in packs] if packs else None
        done = bridge.reload(names, keys=[_read(key) for key in keys])
    if as_json:
        print(json.dumps({"ok": done.ok, "policy": done.policy, "step": done.step, "why": done.why}))
    elif done.ok:
        print(f"taken: policy {done.policy[:12]}")
    else:
        print(f"kept policy {done.policy[:12]}: {done.step}: {done.why}")
    return Exit.OK if done.ok else Exit.NO


def sign_pack(pack: Path, key: Path) -> int:
    """Write a pack's signature beside it."""
    _read(pack)
    try:
        print(signature.sign(pack, _read(key)))
    except signature.SignatureProblem as error:
        raise UsageProblem(str(error), "make one with `openssl genpkey -algorithm ed25519`") from None
    return Exit.OK


def verify_pack(pack: Path, keys: Sequence[Path]) -> int:
    """Say whether one of the keys has signed a pack."""
    if not keys:
        raise UsageProblem("no key", "give --key PUBLIC.pem")
    _read(pack)
    try:
        why = signature.problem(pack, [_read(key) for key in keys])
    except signature.SignatureProblem as error:
        raise UsageProblem(str(error), "give the PEM file of an Ed25519 public key") from None
    print(why or f"{pack.name} is signed by one of the keys")
    return Exit.NO if why else Exit.OK


def shadow_drive(vehicle: str, packs: Sequence[str] | None, audit: Path, *, as_json: bool) -> int:
    """Judge every acting call of a recorded drive with both rule sets, and print where they differ."""
    from intent_bridge.audit import read
    from intent_bridge.audit.replay import rejudge

    profile, candidate = _loaded(vehicle, packs)
    guards = Guard(profile, load_packs(profile)), Guard(profile, candidate)
    _read(audit)
    calls = [record for record in read(audit) if record["type"] == "intent"]
    differing = []
    for record in calls:
        active, other = (_said(rejudge(record, guard)) for guard in guards)
        if active != other:
            call = {"call_id": record["call_id"], "intent": record["intent"]}
            differing.append({**call, "active": active, "candidate": other})
    if as_json:
        print(json.dumps({"calls": len(calls), "different": differing}))
    else:
        for found in differing:
            print(f"{found['call_id']} {found['intent']}")
            print(f"  active    {_line(found['active'])}\n  candidate {_line(found['candidate'])}")
        print(f"{len(calls)} acting calls judged twice, {len(differing)} differently")
    return Exit.NO if differing else Exit.OK


def _said(verdict: Verdict) -> dict[str, Any]:
    return {
        "decision": verdict.decision.word,
        "emitted": [[action.path, action.value] for action in verdict.emitted],
        "rules": [hit.id for hit in verdict.hits],
    }


def _line(said: dict[str, Any]) -> str:
    emitted = ", ".join(f"{path} = {value}" for path, value in said["emitted"])
    return f"{said['decision']}: {emitted} ({', '.join(said['rules']) or 'no rule'})"


def _loaded(vehicle: str, packs: Sequence[str] | None) -> tuple[Profile, RuleSet]:
    profile = load_profile(vehicle)
    return profile, load_packs(profile, [_placed(profile, name) for name in packs] if packs else None)


def _placed(profile: Profile, name: str) -> str:
    """A file as the caller names it, unless it is one of the vehicle's own."""
    return (
        str(Path(name).resolve()) if Path(name).is_file() and not (profile.folder / name).is_file() else name
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageProblem(f"{file}: {error.strerror}") from None
