"""`policy prove`: all invariants of a vehicle, or what breaks them as a command to paste."""

import json
from typing import Any

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.guard import load_packs
from intent_bridge.guard.proof import Certificate, Failure, VerifyMissing, certificate, certify
from intent_bridge.profile import Profile, load_profile, shipped_vehicles

MOST_SHOWN = 20
"""Failures printed one by one."""


def run_prove(vehicle: str | None, *, cached: bool, as_json: bool) -> int:
    """Prove one vehicle or all shipped ones."""
    results = [_prove(name, cached) for name in ([vehicle] if vehicle is not None else shipped_vehicles())]
    if as_json:
        print(json.dumps({"vehicles": results}, ensure_ascii=False))
    else:
        for result in results:
            for line in result["lines"]:
                print(line)
    return Exit.OK if all(result["proved"] for result in results) else Exit.NO


def _prove(vehicle: str, cached: bool) -> dict[str, Any]:
    profile = load_profile(vehicle)
    rules = load_packs(profile)
    known = certificate(profile, rules) if cached else None
    failures: tuple[Failure, ...] = ()
    unknown = 0
    if known is None:
        try:
            known, report = certify(profile, rules)
        except VerifyMissing as error:
            raise UsageProblem(str(error), "pip install 'intent-bridge[verify]'") from error
        failures, unknown = report.failures, len(report.unknown)
    lines = [_summary(profile, known)] if known else _failed(profile, vehicle, failures)
    return {
        "vehicle": vehicle,
        "proved": known is not None,
        "policy": rules.digest,
        "certificate": known.key if known else None,
        "invariants": dict(known.claims) if known else {},
        "unknown": unknown,
        "failed": sorted({failure.claim for failure in failures}),
        "lines": lines,
    }


def _summary(profile: Profile, proof: Certificate) -> str:
    return (
        f"{profile.file.vehicle}: {len(proof.claims)} invariants proved on {len(profile.actuators)} paths "
        f"for every state, speaker and value, 0 unknown ({proof.solver}, certificate {proof.key[:12]})"
    )


def _failed(profile: Profile, vehicle: str, failures: tuple[Failure, ...]) -> list[str]:
    from intent_bridge.cli.policy_call import Caller, explain_line

    caller = Caller(profile)
    lines = []
    for failure in failures[:MOST_SHOWN]:
        lines.append(f"failed: {failure.claim}: {failure.says}")
        if failure.counterexample is not None:
            shown = explain_line(profile, caller, failure.counterexample, vehicle)
            lines += [f"  {line}" for line in shown]
        else:
            lines.append(f"  {failure.note or f'{failure.path}: the solver could not tell'}")
    claims = len({failure.claim for failure in failures})
    more = f" ({MOST_SHOWN} shown)" if len(failures) > MOST_SHOWN else ""
    return [
        *lines,
        f"{profile.file.vehicle}: {claims} invariants do not hold, {len(failures)} failures{more}",
    ]
