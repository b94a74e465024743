"""`policy diff`, `policy margin`, `policy explain`: what a change allows, what a bound is worth, why not."""

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.guard import RuleSet, load_packs
from intent_bridge.guard.rules import PackHeader
from intent_bridge.profile import Profile, load_profile
from intent_bridge.profile.yaml import read_yaml


def run_diff(old: str, new: str, vehicle: str, *, as_json: bool) -> int:
    """Compare two vehicles, or two versions of one pack on a vehicle."""
    from intent_bridge.cli.policy_call import Caller, explain_line
    from intent_bridge.guard.proof import VerifyMissing
    from intent_bridge.guard.proof.compare import compare

    before, after = _rules(old, vehicle), _rules(new, vehicle)
    try:
        changes = list(compare(before, after))
    except VerifyMissing as error:
        raise UsageProblem(str(error), "pip install 'intent-bridge[verify]'") from error
    caller = Caller(after[0])
    words: dict[tuple[str, str], list[str]] = {}
    for one in changes:
        words.setdefault((one.change, caller.tool(one.path) or "no tool"), []).append(one.path)
    opened = [one for one in changes if one.opens]
    shown = [
        explain_line(after[0], caller, one.first, new if Path(new).is_dir() else vehicle)
        if one.first
        else [f"{one.path} can now be set"]
        for one in opened[:1]
    ]
    approved = _approved(before[1], after[1]) if opened else None
    if as_json:
        rows = [{"change": c, "tool": t, "paths": p} for (c, t), p in words.items()]
        print(json.dumps({"changes": rows, "first": shown[0] if shown else None, "approved": approved}))
    else:
        for (change, tool), paths in sorted(words.items()):
            if change != "equivalent":
                print(f"{change:10} {tool}: {', '.join(paths)}")
        for line in shown[0] if shown else ():
            print(f"  first newly allowed: {line}" if line == shown[0][0] else f"  {line}")
        if approved is not None:
            print(f"looser, approved by {approved['approver']}: {approved['reason']}")
        elif opened:
            print("looser, and no changed pack names in `looser` who answers for this version")
        else:
            print(
                "nothing new is allowed" if any(o.change != "equivalent" for o in changes) else "equivalent"
            )
    return Exit.NO if opened and approved is None else Exit.OK


def _rules(given: str, vehicle: str) -> tuple[Profile, RuleSet]:
    """The rules of a vehicle, or of `vehicle` with one pack file in place of the pack of the same name."""
    if not given.endswith((".yaml", ".yml")):
        profile = load_profile(given)
        return profile, load_packs(profile)
    file = Path(given).resolve()
    if not file.is_file():
        raise UsageProblem(f"there is no pack `{given}`", "give a vehicle, its folder, or a pack file")
    profile = load_profile(vehicle)
    headers = load_packs(profile).packs
    name = _name(file)
    listed = profile.file.packs
    names = [header.name for header in headers]
    if name not in names:
        raise UsageProblem(f"{vehicle} has no pack `{name}`", f"its packs are {', '.join(names)}")
    packs = tuple(str(file) if header == name else own for header, own in zip(names, listed, strict=True))
    profile = replace(profile, file=profile.file.model_copy(update={"packs": packs}))
    return profile, load_packs(profile)


def _name(file: Path) -> str:
    data: Any = read_yaml(file).data
    try:
        return str(data["pack"]["name"])
    except (KeyError, TypeError) as error:
        raise UsageProblem(f"`{file}` is no pack", "a pack begins with `pack: {name: …}`") from error


def _approved(old: RuleSet, new: RuleSet) -> dict[str, str] | None:
    """Who answers for a changed pack's being looser, in its header, for just this version."""
    before: dict[str, PackHeader] = {header.name: header for header in old.packs}
    for header in new.packs:
        known = before.get(header.name)
        said = header.looser
        if said is None or said.version != header.version or (known and known.version >= header.version):
            continue
        return {"approver": said.approver, "reason": said.reason}
    return None


def run_margin(vehicle: str, latency_ms: int, acceleration: float, *, as_json: bool) -> int:
    """Print what every speed bound can truly mean."""
    from intent_bridge.guard.proof.margin import SPEED, margins

    profile = load_profile(vehicle)
    if SPEED not in profile.sensors:
        raise UsageProblem(f"{vehicle} does not report {SPEED}", "margins are about rules on the speed")
    found = margins(profile, load_packs(profile), latency_ms, Fraction(str(acceleration)))
    if as_json:
        rows = [
            {"rule": m.rule, "effect": m.effect, "measured_km_h": float(m.measured_km_h),
             "true_km_h": float(m.true_km_h), "paths": list(m.paths)}
            for m in found
        ]  # fmt: skip
        print(json.dumps({"vehicle": vehicle, "margins": rows}))
        return Exit.OK
    age_ms = profile.sensors[SPEED].max_age_ms
    print(f"sample up to {age_ms} ms old, {latency_ms} ms until it acts, {acceleration:g} m/s2")
    for m in found:
        measured, true = float(m.measured_km_h), float(m.true_km_h)
        print(f"{measured:6.1f} km/h measured, {true:6.1f} true  {m.effect:8} {m.rule}")
    return Exit.OK


def run_explain(vehicle: str, call: str, state: Sequence[str], who: str | None, *, as_json: bool) -> int:
    """Print every rule that had a say, why it exists, and what would unlock the call."""
    from intent_bridge.bridge import Bridge
    from intent_bridge.cli.options import read_call, read_state, read_who

    with Bridge.simulated(vehicle) as car:
        try:
            car.set_state(read_state(state))
        except ValueError as error:
            raise UsageProblem(str(error), "see the sensors of the vehicle's profile.yaml") from error
        verdict = car.explain(read_call(call), read_who(who)).verdict
        rules = load_packs(car.profile).rules
    if verdict is None:
        raise UsageProblem("the call never reached the rules", "see `intent-bridge explain`")
    texts = {rule.text.id: rule.text for bound in rules.values() for rule in bound}
    rows = [
        {"rule": hit.id, "path": hit.path, "effect": hit.effect.word,
         "unknown": {path: why.value for path, why in hit.unknown},
         **({key: getattr(texts[hit.id], key) for key in ("when", "hazard", "source", "basis", "verified")}
            if hit.id in texts else {})}
        for hit in verdict.hits
    ]  # fmt: skip
    if as_json:
        print(json.dumps({"decision": verdict.decision.word, "rules": rows, "unlock": list(verdict.unlock)}))
        return Exit.OK
    print(f"{verdict.decision.word}")
    for row in rows:
        print(f"  {row['effect']:8} {row['rule']} on {row['path']}")
        for key in ("when", "hazard", "source"):
            if row.get(key):
                print(f"           {key}: {row[key]}")
        for path, why in row["unknown"].items():
            print(f"           {path} is {why}")
    for text in verdict.unlock:
        print(f"  unlocked by: {text}")
    return Exit.OK
