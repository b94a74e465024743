"""`policy vectors`: write the vectors that the solver finds, one JSON line each; read them back."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.guard import Guard, load_packs
from intent_bridge.guard.proof import VerifyMissing
from intent_bridge.guard.proof.vectors import Vector, judge, make_vectors
from intent_bridge.profile import load_profile

FILE = "vectors.jsonl"
"""A vehicle's vectors, in its folder."""


def run_vectors(vehicle: str, *, write: bool, check: bool) -> int:
    """Print a vehicle's vectors, write them into its folder, or hold the rules to those that are there."""
    profile = load_profile(vehicle)
    rules = load_packs(profile)
    file = profile.folder / FILE
    if check:
        guard = Guard(profile, rules)
        wrong = [(v, now) for v in read(file) if (now := judge(guard, v)) != (v.decision, v.emitted)]
        for vector, now in wrong:
            was = f"{vector.decision} {vector.emitted}"
            print(f"{vector.about}: {vector.path} = {vector.value}: was {was}, is {now[0]} {now[1]}")
        print(f"{profile.file.vehicle}: {len(wrong)} vectors get another verdict")
        return Exit.NO if wrong else Exit.OK
    try:
        made = make_vectors(profile, rules)
    except VerifyMissing as error:
        raise UsageProblem(str(error), "pip install 'intent-bridge[verify]'") from error
    lines = "".join(line(vector) + "\n" for vector in made.vectors)
    if not write:
        sys.stdout.write(lines)
        return Exit.OK
    file.write_text(lines, encoding="utf-8")
    shown = made.goals - len(made.infeasible)
    print(f"{file}: {len(made.vectors)} vectors show {shown} of {made.goals} goals, the others have no state")
    return Exit.OK


def run_export(vehicle: str, out: Path) -> int:
    """Write rules.c and its test into a folder."""
    from intent_bridge.guard.proof.export_c import export_c, export_test

    profile = load_profile(vehicle)
    rules = load_packs(profile)
    vectors = list(read(profile.folder / FILE))
    out.mkdir(parents=True, exist_ok=True)
    (out / "rules.c").write_text(export_c(profile, rules), encoding="utf-8")
    (out / "rules_test.c").write_text(export_test(profile, rules, vectors), encoding="utf-8")
    print(
        f"{out}: rules.c, and rules_test.c with {len(vectors)} vectors: cc -std=c99 rules_test.c && ./a.out"
    )
    return Exit.OK


def line(vector: Vector) -> str:
    """One vector as a line."""
    return json.dumps(
        {
            "about": vector.about, "path": vector.path, "value": vector.value, "state": dict(vector.state),
            "from": list(vector.who), "decision": vector.decision, "emitted": vector.emitted,
        },
        separators=(",", ":"),
    )  # fmt: skip


def read(file: Path) -> Iterator[Vector]:
    """The vectors of a file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        hint = "make them with `intent-bridge policy vectors VEHICLE --write`"
        raise UsageProblem(f"there are no vectors: {error}", hint) from error
    for text in lines:
        given = json.loads(text)
        speaker, zone, channel, tainted = given["from"]
        yield Vector(
            given["about"], given["path"], given["value"], given["state"],
            (speaker, zone, channel, tainted), given["decision"], given["emitted"],
        )  # fmt: skip
