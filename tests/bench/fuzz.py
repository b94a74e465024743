"""`make bench`, the fuzzers: calls a second over the whole road, cases a second for the guard alone.

Per core: seconds of CPU of this thread. The whole road is `Car`: engine, egress gate, simulated ECUs that
publish on change, and the hazard monitor; the mix of steps is `MIX`.
"""

import statistics

from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile, shipped_vehicles
from intent_bridge.testing.campaign import Fuzzer, settled
from intent_bridge.testing.car import rig
from intent_bridge.testing.guard_cases import GuardCases
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.testing.mix import MIX
from tests.bench.figures import merge

EPISODES = 12
CASES = 1_000_000
ACTED = 0.2
"""At least so many of the calls actuate and are confirmed."""


def calls_per_s(vehicle: str) -> dict[str, float]:
    """Episodes on one vehicle: the median and the fastest, and the share of calls acted and confirmed."""
    fuzzer = Fuzzer(rig(load_profile(vehicle), quick=True))
    fuzzer.episode(1, 0)  # what is made once
    with settled():
        reports = [fuzzer.episode(1, n)[0] for n in range(1, EPISODES)]
    assert not any(report.hits for report in reports)
    acted = sum(report.acted for report in reports) / sum(report.calls for report in reports)
    assert acted >= ACTED, f"{acted:.0%} acted"
    each = [report.calls_per_s for report in reports]
    return {"median": round(statistics.median(each)), "fastest": round(max(each)), "acted": round(acted, 2)}


def main() -> None:
    """Measure, print, merge the keys."""
    profile = load_profile("demo_sedan")
    speeds = {vehicle: calls_per_s(vehicle) for vehicle in shipped_vehicles()}
    hazards = load_hazards(profile)
    assert hazards is not None
    guard = GuardCases(profile, Guard(profile, load_packs(profile)), hazards).run(1, CASES)
    assert not guard.found
    for vehicle, speed in speeds.items():
        print(
            f"fuzz_calls_per_s_core          {speed['median']}  >= 5000 ({vehicle}; the fastest of"
            f" {EPISODES - 1} episodes {speed['fastest']}; {speed['acted']:.0%} acted and confirmed)"
        )
    print("    mix per 1000 steps: " + ", ".join(f"{name} {share}" for name, share in MIX.items()))
    print(f"guard_cases_per_s_core         {guard.cases_per_s:.0f}  >= 250000")
    demo = speeds["demo_sedan"]["median"]
    merge(
        {
            "fuzz_calls_per_s_core": demo,
            "fuzz_speeds": speeds,
            "guard_cases_per_s_core": round(guard.cases_per_s),
        }
    )


if __name__ == "__main__":
    main()
