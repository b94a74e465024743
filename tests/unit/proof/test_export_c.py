"""The C of small rules: it says what the guard says, and its head tells how to call it."""

import re
import shutil
import subprocess
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("z3")

from intent_bridge.guard import Guard, RuleSet, load_packs
from intent_bridge.guard.proof.export_c import export_c, export_test, input_order, number_of
from intent_bridge.guard.proof.vectors import Vector, judge, make_vectors
from intent_bridge.guard.rules import CONTEXT
from intent_bridge.profile import Profile
from intent_bridge.types import Value
from tests.unit.guard.car import AIR_CON, AIRFLOW, DOOR, FAN, GEAR, LANE_KEEP, SEAT, SPEED, rule, with_pack

WHO = ("driver", "driver", "voice", False)
UNKNOWN: dict[str, Any] = {"on_unknown": "defer", "deadline_ms": 1000}
THEN_AIR, THEN_FAN = f"  then: {{{AIR_CON}: true}}\n", f"  then: {{{FAN}: {{at_least: 30 %}}}}\n"
EACH = (
    rule(id="seat.moving", when=f"({SPEED} > 5 km/h and not {GEAR} == P) or value > 100 mm"),
    rule(id="seat.door", effect="confirm", when=f"{DOOR} and value < current", **UNKNOWN),
    rule(id="seat.gear", effect="defer", when=f"{GEAR} == N", deadline_ms=1000),
    rule(id="seat.sum", effect="watch", when=f"2 * value - 3 * {SEAT} >= 5 mm and untrusted_text"),
    rule(id="seat.slew", effect="limit", when="channel != app") + "  limit: {slew: 20 mm}\n",
    rule(id="lane.rate", effect="limit", on=[LANE_KEEP]) + "  limit: {rate: 2, window_ms: 1000}\n",
    rule(id="lane.always", effect="confirm", on=[LANE_KEEP]),
    rule(id="flow.who", effect="confirm", on=[AIRFLOW], when="value == FLOOR and speaker != driver"),
    rule(id="flow.air", effect="require", on=[AIRFLOW], when="value == DEFROST") + THEN_AIR,
    rule(id="fan.low", effect="clamp", on=[FAN], lo="0.5 * current", when=f"{SPEED} <= 30 km/h"),
    rule(id="fan.high", effect="clamp", on=[FAN], hi="0.3 * current + 30 %"),
    rule(id="fan.door", effect="clamp", on=[FAN], lo="20 %", hi="80 %", when=f"not {DOOR}", **UNKNOWN),
    rule(id="air.fan", effect="require", on=[AIR_CON], when="value") + THEN_FAN,
)  # fmt: skip


def car(folder: Path, *rules: str) -> tuple[Profile, RuleSet]:
    profile = with_pack(folder, *rules)
    kept = (SEAT, AIRFLOW, FAN, AIR_CON, LANE_KEEP)
    few = replace(profile, actuators={path: profile.actuators[path] for path in kept})
    return few, load_packs(few)


def run(folder: Path, profile: Profile, rules: RuleSet, vectors: list[Vector]) -> str:
    """What the made test prints."""
    (folder / "rules.c").write_text(export_c(profile, rules), encoding="utf-8")
    (folder / "test.c").write_text(export_test(profile, rules, vectors), encoding="utf-8")
    strict = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
    subprocess.run(["gcc", *strict, "-o", "test", "test.c"], cwd=folder, check=True)
    return subprocess.run([folder / "test"], capture_output=True, text=True, check=False).stdout


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_c_says_of_every_vector_of_every_effect_what_the_guard_says(tmp_path: Path) -> None:
    profile, rules = car(tmp_path, *EACH)
    made = make_vectors(profile, rules)
    assert {vector.decision for vector in made.vectors} == {"allow", "clamp", "confirm", "defer", "deny"}
    unknown = [replace(v, state={}) for v in made.vectors]
    guard = Guard(profile, rules)
    judged = [replace(v, decision=d, emitted=e) for v in unknown for d, e in (judge(guard, v),)]
    every = [*made.vectors, *judged]
    assert run(tmp_path, profile, rules, every) == f"0 of {len(every)} vectors wrong\n"
    spoilt = [replace(v, decision="deny" if v.decision == "allow" else "allow") for v in every]
    told = run(tmp_path, profile, rules, spoilt)
    assert int(told.splitlines()[-1].split()[0]) > 0.9 * len(every)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_what_a_path_cannot_take_is_denied_in_c_too(tmp_path: Path) -> None:
    profile, rules = car(tmp_path, *EACH)
    wanted: list[Vector] = []
    for path, values in ((SEAT, (-1, 51)), (AIRFLOW, ("NONE",)), (FAN, (-1, 11))):
        wanted += [Vector("range", path, value, {FAN: 3, SEAT: 3}, WHO, "deny", value) for value in values]
    assert run(tmp_path, profile, rules, wanted) == f"0 of {len(wanted)} vectors wrong\n"


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_a_path_without_rules_takes_in_c_just_what_it_has(tmp_path: Path) -> None:
    profile, rules = car(tmp_path, rule(id="seat.moving", when=f"{SPEED} > 5 km/h"))
    flow = profile.actuators[AIRFLOW].spec.values
    taken: list[tuple[str, Value]] = [(AIRFLOW, name) for name in flow or ()]
    taken += [(AIR_CON, value) for value in (False, True)] + [(FAN, value) for value in (0, 10)]
    wanted = [Vector("", path, value, {}, WHO, "allow", value) for path, value in taken]
    beyond: list[tuple[str, Value]] = [(AIRFLOW, len(flow or ())), (AIR_CON, 2), (FAN, 11)]
    wanted += [Vector("", path, value, {}, WHO, "deny", value) for path, value in beyond]
    assert run(tmp_path, profile, rules, wanted) == f"0 of {len(wanted)} vectors wrong\n"


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_a_require_reads_in_c_what_its_bounds_read_and_a_bound_may_be_nothing(tmp_path: Path) -> None:
    moving = rule(id="seat.moving", when=f"{SPEED} > 5 km/h")
    off = rule(id="fan.off", effect="clamp", on=[FAN], hi="0 %", when="speaker == app")
    needs = rule(id="air.fan", effect="require", on=[AIR_CON], when="value") + THEN_FAN
    profile, rules = car(tmp_path, moving, off, needs)
    guard = Guard(profile, rules)
    app = ("app", "unknown", "app", False)
    asked = [Vector("", AIR_CON, value, {FAN: fan}, WHO) for value, fan in product((False, True), (2, 5))]
    asked += [Vector("", FAN, value, {}, who) for value, who in product((0, 5), (WHO, app))]
    judged = [replace(v, decision=d, emitted=e) for v in asked for d, e in (judge(guard, v),)]
    assert {vector.decision for vector in judged} == {"allow", "clamp"}
    assert run(tmp_path, profile, rules, judged) == f"0 of {len(judged)} vectors wrong\n"


def test_the_head_lists_inputs_and_context_in_their_order(tmp_path: Path) -> None:
    profile, rules = car(tmp_path, *EACH)
    head = export_c(profile, rules).partition(" */\nenum")[0]
    listed = re.findall(r"^ \* +(\d+) (\S+): (.*)$", head, re.MULTILINE)
    assert [(int(n), path) for n, path, _ in listed] == list(enumerate(input_order(profile, rules)))
    told = {path: about for _, path, about in listed}
    assert told[GEAR] == "enum: 0 P, 1 R, 2 N, 3 D".removeprefix("enum: ")
    assert told[DOOR] == "boolean" and told[SPEED] == "number 0 to 3000 steps (km/h)"
    assert " *     speaker: 0 " in head and rules.digest in head and "rules of tiny_car" in head.lower()


def test_a_value_is_a_number_in_c(tmp_path: Path) -> None:
    _, rules = car(tmp_path, *EACH)
    values: list[tuple[str, Value, int]] = [(GEAR, "N", 2), (GEAR, "X", -1), (DOOR, True, 1), (SPEED, 77, 77)]
    assert [number_of(rules.kinds[path], value) for path, value, _ in values] == [n for _, _, n in values]
    assert all(number_of(kind, name) == n for kind in CONTEXT.values() for n, name in enumerate(kind.members))
