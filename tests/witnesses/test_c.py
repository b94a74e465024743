"""The rules as C99 give the verdicts of the guard: on every vector, and on random cases.

`CASES=1000000 pytest tests/witnesses/test_c.py` asks for a million.
"""

import ctypes
import os
import random
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from intent_bridge.cli.policy_vectors import run_export
from intent_bridge.guard import Guard, load_packs
from intent_bridge.guard.check import Kind
from intent_bridge.guard.proof.export_c import input_order, number_of
from intent_bridge.guard.rules import CONTEXT
from intent_bridge.profile import load_profile
from intent_bridge.types import Action, Decision, Quality, Sample
from tests.witnesses.test_agree import paths, random_cases

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
REQUIRE = 1
CASES = int(os.environ.get("CASES", "2000"))
GCC = ("gcc", "-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic")
MANY = """
#include "rules.c"
typedef struct { int64_t path, value; ib_who who; uint8_t pad[4]; ib_input s[IB_INPUTS]; } row;
void many(const row *rows, ib_verdict *out, int64_t n);
void many(const row *rows, ib_verdict *out, int64_t n) {
  for (int64_t i = 0; i < n; i++)
    out[i] = ib_judge((uint16_t)rows[i].path, rows[i].value, rows[i].s, &rows[i].who);
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("c")
    assert run_export("demo_sedan", made) == 0
    return made


def test_the_generated_test_passes(folder: Path) -> None:
    subprocess.run([*GCC, "-o", "test", "rules_test.c"], cwd=folder, check=True)
    done = subprocess.run([folder / "test"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1][:4]) == (0, "0 of"), done.stdout


def test_the_generated_test_fails_on_another_rule(folder: Path) -> None:
    rules = (folder / "rules.c").read_text()
    broken = folder / "broken"
    broken.mkdir()
    assert "> 1200" in rules
    (broken / "rules.c").write_text(rules.replace("> 1200", ">= 1200"))
    shutil.copy(folder / "rules_test.c", broken)
    subprocess.run([*GCC, "-o", "test", "rules_test.c"], cwd=broken, check=True)
    assert subprocess.run([broken / "test"], capture_output=True, check=False).returncode == 1


def test_c_and_guard_agree_on_random_cases(folder: Path) -> None:
    (folder / "many.c").write_text(MANY)
    subprocess.run([*GCC, "-shared", "-fPIC", "-o", "many.so", "many.c"], cwd=folder, check=True)
    many = ctypes.CDLL(str(folder / "many.so")).many
    profile = load_profile("demo_sedan")
    rules = load_packs(profile)
    requires = {rule.text.id for each in rules.rules.values() for rule in each if rule.companions}
    guard, inputs = Guard(profile, rules), input_order(profile, rules)
    places = {name: 24 + 16 * n for n, name in enumerate(inputs)}
    row_bytes, rng, now_ms = 24 + 16 * len(inputs), random.Random(7), 1_000_000
    each = max(1, min(2000, CASES // len(paths())))
    done = 0
    while done < CASES:
        for number, (name, path) in enumerate(paths().items()):
            cases, kind = random_cases(rng, path, each), Kind.of(profile.actuators[name].spec)
            rows = bytearray(row_bytes * len(cases))
            for n, case in enumerate(cases):
                at = n * row_bytes
                who = (number_of(CONTEXT[key], value) for key, value in case.context.items())
                struct.pack_into("qqBBBB", rows, at, number, number_of(kind, case.value), *who)
                for read, value in zip(path.program.inputs, case.inputs, strict=True):
                    if value is not None:
                        known = number_of(rules.kinds[read], value), 1
                        struct.pack_into("qB", rows, at + places[read], *known)
            out = (ctypes.c_char * (16 * len(cases)))()
            many((ctypes.c_char * len(rows)).from_buffer(rows), out, ctypes.c_int64(len(cases)))
            for n, case in enumerate(cases):
                state = {
                    read: Sample(value, now_ms, Quality.OK)
                    for read, value in zip(path.program.inputs, case.inputs, strict=True)
                    if value is not None
                }
                verdict = guard.judge([Action(name, case.value)], state, case.who, now_ms)
                emitted, decision, demands = struct.unpack_from("qBB", out, 16 * n)
                if demands & REQUIRE:  # the rest of the call is the caller's: it can only make it stricter
                    assert decision <= verdict.decision, (name, case)
                    assert requires & {hit.id for hit in verdict.hits}, (name, case)
                else:
                    assert decision == verdict.decision, (name, case)
                if verdict.decision <= Decision.CONFIRM:
                    assert emitted == number_of(kind, verdict.emitted[0].value), (name, case)
            done += len(cases)
