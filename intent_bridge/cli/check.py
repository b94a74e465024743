"""`check`: is a vehicle's data sound, and does a recorded drive fit it?"""

import json
from pathlib import Path

from intent_bridge.cli.exits import Exit
from intent_bridge.engine import check_scenes
from intent_bridge.errors import ProfileError
from intent_bridge.guard import load_packs
from intent_bridge.intents import Catalogue
from intent_bridge.profile import Profile, load_profile, shipped_vehicles
from intent_bridge.texts import Texts


def run_check(vehicle: str | None, log: Path | None, *, as_json: bool) -> int:
    """Check one vehicle or all shipped ones; with a log, hold it against the vehicle."""
    if log is not None:
        from intent_bridge.cli.check_log import check_log

        return check_log(load_profile(vehicle or shipped_vehicles()[0]), log, as_json=as_json)
    reports = [check_vehicle(name) for name in ([vehicle] if vehicle is not None else shipped_vehicles())]
    if as_json:
        print(json.dumps({"vehicles": reports}, ensure_ascii=False))
    else:
        for report in reports:
            _print(report)
    return Exit.VEHICLE if any(report["problems"] for report in reports) else Exit.OK


def check_vehicle(vehicle: str) -> dict[str, object]:
    """What a vehicle has, what is wrong with it, and what is only worth knowing."""
    try:
        profile = load_profile(vehicle)
        rules = load_packs(profile)
        tools = Catalogue(profile).tools
        check_scenes(profile)
    except ProfileError as error:
        return {"vehicle": vehicle, "problems": [str(problem) for problem in error.problems], "warnings": []}
    keys = {rule.text.reason_key for bound in rules.rules.values() for rule in bound}
    missing = [f"no text for {name}" for name in Texts(profile).missing(keys)]
    return {
        "vehicle": vehicle,
        "problems": [],
        "warnings": [*rules.warnings, *missing],
        "title": profile.file.title,
        "digest": profile.digest,
        "policy": rules.digest,
        **_counts(profile),
        "rules": len({rule.text.id for bound in rules.rules.values() for rule in bound}),
        "tools": len(tools),
    }


def _counts(profile: Profile) -> dict[str, int]:
    return {
        "buses": len(profile.file.buses),
        "messages": len(profile.messages),
        "sensors": len(profile.file.sensors),
        "actuators": len(profile.actuators),
        "scenes": len(profile.file.scenes),
    }


def _print(report: dict[str, object]) -> None:
    problems, warnings = report["problems"], report["warnings"]
    assert isinstance(problems, list) and isinstance(warnings, list)
    for problem in problems:
        print(f"error: {problem}")
    for warning in warnings:
        print(f"warning: {warning}")
    if problems:
        print(f"{report['vehicle']}: {len(problems)} problems")
        return
    counts = ", ".join(
        f"{report[name]} {name}"
        for name in ("buses", "messages", "sensors", "actuators", "rules", "scenes", "tools")
    )
    print(f"{report['vehicle']}: sound. {counts}")
