"""`make bench`, the fuzzers: calls a second over the whole road, cases a second for the guard alone.

Per core: seconds of CPU of this thread. The whole road is `Car`: engine, egress gate, simulated ECUs that
publish on change, and the hazard monitor; the mix of steps is `MIX`.
"""

import statistics

from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.campaign import Fuzzer
from intent_bridge.testing.car import rig
from intent_bridge.testing.guard_cases import GuardCases
from intent_bridge.testing.hazards import load_hazards
from intent_bridge.testing.mix import MIX
from tests.bench.figures import merge

EPISODES, CALLS = 12, 1000
CASES = 1_000_000


def main() -> None:
    """Measure, print, merge the keys."""
    profile = load_profile("demo_sedan")
    fuzzer = Fuzzer(rig(profile, quick=True))
    fuzzer.episode(1, 0, CALLS)  # what is made once
    reports = [fuzzer.episode(1, n, CALLS)[0] for n in range(1, EPISODES)]
    assert not any(report.hits for report in reports)
    calls_per_s = round(statistics.median(report.calls_per_s for report in reports))
    acted = sum(report.acted for report in reports) / sum(report.calls for report in reports)
    hazards = load_hazards(profile)
    assert hazards is not None
    guard = GuardCases(profile, Guard(profile, load_packs(profile)), hazards).run(1, CASES)
    assert not guard.found
    print(f"fuzz_calls_per_s_core          {calls_per_s}  >= 5000, {acted:.0%} acted and confirmed")
    print("    mix per 1000 steps: " + ", ".join(f"{name} {share}" for name, share in MIX.items()))
    print(f"guard_cases_per_s_core         {guard.cases_per_s:.0f}  >= 250000")
    merge({"fuzz_calls_per_s_core": calls_per_s, "guard_cases_per_s_core": round(guard.cases_per_s)})


if __name__ == "__main__":
    main()
