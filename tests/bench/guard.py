"""`make bench`, the guard's part: decision and gateway against hand-written closures, and the time of proofs.

All ratios come from one interleaved run: rounds in random order, CPU time of this thread, medians.
"""

import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from intent_bridge.audit import AuditLog
from intent_bridge.guard import Guard, RuleSet, load_packs
from intent_bridge.guard.compile import compile_rules
from intent_bridge.guard.proof.claims import load_claims
from intent_bridge.guard.proof.prover import Prover
from intent_bridge.guard.quality import Gauge
from intent_bridge.intents import Catalogue, NotEquipped
from intent_bridge.llm.single import read_call
from intent_bridge.profile import Profile, load_profile, shipped_vehicles
from intent_bridge.resolver import Absolute, Context, resolve
from intent_bridge.types import Channel, Provenance, Quality, Sample, SeatZone, Speaker, Value
from tests.bench.peers import closures

OUT = Path("build/bench.json")
NOW_MS = 1_000_000
ROUNDS, LOOPS = 41, 400
WHO = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
REQUESTS: Mapping[str, tuple[Value, str]] = {
    closures.SEAT: (20, '{"name":"set_seat_position","arguments":{"millimetres":100}}'),
    closures.ROOF: (40, '{"name":"set_sunroof","arguments":{"percent":40}}'),
    closures.WINDOW: (30, '{"name":"set_window","arguments":{"zone":"rear_left","percent":30}}'),
    closures.FAN: (4, '{"name":"set_fan_speed","arguments":{"level":4}}'),
}
VALUES: Mapping[str, Value] = {
    closures.SPEED: 0, closures.RAIN: 0, closures.POWER: "ON", closures.PINCH: True,
    closures.CHILD: False, closures.ROOF: 10, closures.WINDOW: 0, closures.SEAT: 24, closures.FAN: 2,
    closures.HVAC + "BlowerCapability": 10, closures.HVAC + "IsFrontDefrosterActive": False,
    closures.HVAC + "IsMaxDefrostActive": False, closures.HVAC + "FogRisk": False,
}  # fmt: skip


def decisions(profile: Profile, rules: RuleSet) -> dict[str, Callable[[], object]]:
    """One decision on each path, compiled and by closures, from values that are known to be fresh."""
    gauges = {p: Gauge.of(p, info.quantity, info.max_age_ms) for p, info in profile.sensors.items()}
    jobs = []
    for path, (value, _) in REQUESTS.items():
        program = compile_rules(gauges[path], rules.rules[path], gauges)
        inputs = tuple(VALUES[name] for name in program.inputs)
        emitted, fired = program.fast(value, inputs, WHO)
        names = {rule.text.id for n, rule in enumerate(program.rules) if fired >> n & 1}
        value_by_hand, by_hand = closures.decide(path, value, VALUES, WHO)
        assert (value_by_hand, set(by_hand)) == (emitted, names), path
        jobs.append((program.fast, path, value, inputs))

    def compiled() -> None:
        for fast, _, value, inputs in jobs:
            fast(value, inputs, WHO)

    def by_closures() -> None:
        for _, path, value, _ in jobs:
            closures.decide(path, value, VALUES, WHO)

    return {"compiled": compiled, "closures": by_closures}


def gateway(profile: Profile, guard: Guard, folder: Path, *, anew: bool = False) -> Callable[[], object]:
    """Hostile JSON in, parsed and resolved, judged, audited, judged again before it would leave.

    With `anew` each call is one that was never made before: what the catalogue remembers is forgotten.
    """
    catalogue = Catalogue(profile)
    state = {path: Sample(value, NOW_MS, Quality.OK) for path, value in VALUES.items()}
    context = Context(profile, catalogue, WHO, lambda p: (VALUES.get(p), Quality.OK), {})
    log = AuditLog(folder / f"audit-{anew}.jsonl", fsync="off")
    texts = [text for _, text in REQUESTS.values()]

    def whole() -> None:
        for text in texts:
            call = read_call(text)
            if anew:
                catalogue._meant.clear()
            intent = catalogue.parse(call)
            assert not isinstance(intent, NotEquipped)
            found = resolve(intent, context)
            assert isinstance(found, Absolute)
            first = guard.judge(found.actions, state, WHO, NOW_MS)
            assert first.permit is not None
            log.write(
                {
                    "call": call.name, "arguments": dict(call.arguments), "decision": first.decision.word,
                    "emitted": {action.path: action.value for action in first.emitted}, "now_ms": NOW_MS,
                    "state": {p: VALUES[p] for p in guard.inputs(first.permit.emitted) if p in VALUES},
                    "policy": guard.policy_hash,
                }
            )  # fmt: skip
            assert guard.objections(first.permit, WHO, state, NOW_MS) is None

    return whole


def interleaved(jobs: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Nanoseconds of each job, median over rounds in which all take their turn."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    order, rng = list(jobs), random.Random(1)
    for _ in range(ROUNDS):
        rng.shuffle(order)
        for name in order:
            loops = LOOPS if name != "gateway" else LOOPS // 20
            job, start = jobs[name], time.thread_time_ns()
            for _ in range(loops):
                job()
            times[name].append((time.thread_time_ns() - start) / loops)
    return {name: statistics.median(each) for name, each in times.items()}


def cold_prove_s(*vehicles: str) -> float:
    """Seconds of `intent-bridge policy prove`, as a process of its own, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("intent-bridge"), "policy", "prove", *vehicles],
                       check=True, capture_output=True)  # fmt: skip
        best = min(best, time.perf_counter() - start)
    return best


def cold_cpu_s(vehicle: str) -> float:
    """Seconds of CPU of the same, for a machine that others use too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    cold_prove_s(vehicle)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3


def with_rules(profile: Profile, count: int, folder: Path) -> tuple[Profile, RuleSet]:
    """demo_sedan with so many more rules on one window, none of which applies to the driver at standstill."""
    shutil.copytree(profile.folder, folder)
    rule = (
        "- {{id: many.n{n}, effect: deny, on: [{path}], when: speaker == {who} and Vehicle.Speed > {speed}"
        " km/h and value > {beyond} percent, hazard: none, source: a benchmark, basis: design,"
        " verified: memory, reason_key: window-at-speed}}\n"
    )
    who = ("passenger", "rear_left", "rear_right", "rear")
    text = "".join(
        rule.format(n=n, path=closures.WINDOW, who=who[n % 4], speed=1 + n // 4, beyond=99 - n // 4)
        for n in range(count)
    )
    (folder / "many.yaml").write_text("pack: {name: many, layer: user, version: 1}\nrules:\n" + text)
    listed = ", ".join(profile.file.packs)
    file = folder / "profile.yaml"
    file.write_text(file.read_text().replace(f"packs: [{listed}]", f"packs: [{listed}, many.yaml]"))
    many = load_profile(folder)
    return many, load_packs(many)


def prove_400_s(profile: Profile, folder: Path) -> float:
    """Seconds to prove every claim on the path with 400 rules more, as loaded; the best of three."""
    many, rules = with_rules(profile, 400, folder)
    one = replace(many, actuators={closures.WINDOW: many.actuators[closures.WINDOW]})
    only = replace(rules, rules={closures.WINDOW: rules.rules[closures.WINDOW]})
    best = float("inf")
    for _ in range(3):
        claims = [c for c in load_claims(many, rules) if c.path == closures.WINDOW and c.text.always not in
                  ("no_rule_is_dead", "no_rule_is_redundant")]  # fmt: skip
        start = time.perf_counter()
        report = Prover(one, only, claims).run()
        best = min(best, time.perf_counter() - start)
        assert not report.failures, report.failures
    return best


def growth(profile: Profile, folder: Path) -> dict[str, Callable[[], object]]:
    """One decision on a window with 0, 100 and 400 rules more that cannot apply."""
    jobs: dict[str, Callable[[], object]] = {}
    for count in (0, 100, 400):
        many, rules = (
            with_rules(profile, count, folder / str(count)) if count else (profile, load_packs(profile))
        )
        gauges = {p: Gauge.of(p, info.quantity, info.max_age_ms) for p, info in many.sensors.items()}
        program = compile_rules(gauges[closures.WINDOW], rules.rules[closures.WINDOW], gauges)
        inputs = tuple(VALUES[name] for name in program.inputs)
        jobs[f"plus_{count}"] = partial(program.fast, 30, inputs, WHO)
    return jobs


def main() -> None:
    """Measure, print the table, merge the keys into build/bench.json."""
    profile = load_profile("demo_sedan")
    rules = load_packs(profile)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        jobs = decisions(profile, rules)
        jobs["gateway"] = gateway(profile, Guard(profile, rules), folder)
        times = interleaved({**jobs, **growth(profile, folder)})
        jobs["gateway"] = gateway(profile, Guard(profile, rules), folder, anew=True)
        anew = interleaved({name: jobs[name] for name in ("closures", "gateway")})
        figures = {
            "decision_vs_closures": round(times["compiled"] / times["closures"], 2),
            "gateway_vs_closure": round(times["gateway"] / times["closures"], 1),
            "gateway_anew_vs_closure": round(anew["gateway"] / anew["closures"], 1),
            "decision_400_rules_vs_none": round(times["plus_400"] / times["plus_0"], 2),
            "decision_100_rules_vs_none": round(times["plus_100"] / times["plus_0"], 2),
            "prove_all_s": {
                "demo_sedan": round(cold_prove_s("demo_sedan"), 2),
                "shipped": round(cold_prove_s(), 2),
            },
            "prove_all_cpu_s": round(cold_cpu_s("demo_sedan"), 2),
            "prove_400_rules_s": round(prove_400_s(profile, folder / "proof"), 2),
        }
    goals = {"decision_vs_closures": "<= 1.0", "gateway_vs_closure": "<= 18", "prove_400_rules_s": "< 0.5",
             "prove_all_s": "< 1 and < 10", "decision_400_rules_vs_none": "< 400 / 7"}  # fmt: skip
    for name, figure in figures.items():
        print(f"{name:28} {figure!s:44} {goals.get(name, '')}")
    OUT.parent.mkdir(exist_ok=True)
    merged = json.loads(OUT.read_text()) if OUT.is_file() else {}
    OUT.write_text(json.dumps(merged | figures, indent=1, sort_keys=True) + "\n")
    print(
        f"vehicles: {', '.join(shipped_vehicles())}; {times['closures'] / len(REQUESTS):.0f} ns by closures"
    )


if __name__ == "__main__":
    main()
