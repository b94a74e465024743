"""How fast the compiled codec is, as a multiple of cantools, on ten real messages from opendbc.

    python -m tests.bench.codec        # prints the table, adds its figures to build/bench.json

One run: all jobs of all messages in shuffled rounds on thread CPU time; per job the best round counts, so
that other load on the machine does not. Every frame is different within a round, and checked against
cantools before anything is timed.
"""

import json
import math
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cantools
from cantools.database.can import Message

from intent_bridge.codec.e2e import Protection
from intent_bridge.codec.plan import Plan
from tests.properties.codec.differential import Values, compare_decode, random_values
from tests.properties.codec.test_corpus import load, opendbc_files

MESSAGES = (
    ("ford_cgea1_2_bodycan_2011", "Climate_Control_Data"),  # climate, big-endian
    ("ford_cgea1_2_bodycan_2011", "RCCM_CC_Seat_Status"),  # seats, big-endian
    ("vw_mqb", "Klima_11"),  # climate, little-endian
    ("vw_mlb", "Klima_01"),  # climate, many value names
    ("toyota_nodsu_pt_generated", "STEER_ANGLE_SENSOR"),  # signed
    ("toyota_nodsu_pt_generated", "ACC_CONTROL"),  # signed
    ("hyundai_2015_ccan", "LKAS11"),
    ("vw_mqb", "ACC_06"),
    ("tesla_model3_party", "VCFRONT_LVPowerState"),  # multiplexed
    ("hyundai_canfd_generated", "LKAS"),  # CAN FD, 16 bytes
)
FRAMES = 300
ROUNDS = 40
JOBS = ("cantools encode", "encode", "cantools decode", "decode", "update")
RESULT = Path("build/bench.json")


class Case(NamedTuple):
    """One message with its frames and values."""

    name: str
    message: Message
    plan: Plan
    values: list[Values]
    frames: list[bytes]


def cases() -> list[Case]:
    """The ten messages, compiled, with different random frames each; both codecs agree on them."""
    files, rng, found = opendbc_files(), random.Random(1), []
    for file, name in MESSAGES:
        message = load(files[f"{file}.dbc"]).get_message_by_name(name)
        plan = Plan(message)
        values = [v for _ in range(FRAMES) if (v := random_values(message, rng))]
        frames = [message.encode(dict(v)) for v in values]
        assert frames == [plan.encode(v) for v in values]
        for frame in frames:
            compare_decode(message, plan, frame)
        found.append(Case(name, message, plan, values, frames))
    return found


def protected_update(case: Case) -> tuple[Callable[[Any], bytes], Sequence[Any]]:
    """Set one signal of a kept frame, count on, checksum: what a cyclic sender does. And its values."""
    plan = case.plan
    always = [n for n in case.values[0] if all(n in v for v in case.values)]
    name = max(always, key=lambda n: plan.layout.slots[n].length)
    profile5 = plan.length > 8
    ids = (0x1234,) if profile5 else tuple(range(16))
    protection = Protection("P05" if profile5 else "P02", ids, plan.length)
    put, protect, to_bytes = plan.field(name).put, protection.protect, plan.to_bytes
    image, counter, counters = plan.from_bytes(case.frames[0]), 0, protection.counters

    def update(value: Any) -> bytes:
        nonlocal image, counter
        image = put(image, value)
        counter = (counter + 1) % counters
        return protect(to_bytes(image), counter)

    return update, [v[name] for v in case.values]


def timed_ns(job: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Thread CPU time of one call, in nanoseconds, over all inputs once."""
    start = time.thread_time_ns()
    for one in inputs:
        job(one)
    return (time.thread_time_ns() - start) / len(inputs)


def measure(found: Sequence[Case]) -> dict[tuple[str, str], float]:
    """(message, job) -> nanoseconds per call, best of the rounds."""
    jobs: list[tuple[str, str, Callable[[Any], object], Sequence[Any]]] = []
    for case in found:
        jobs.append((case.name, "cantools encode", case.message.encode, case.values))
        jobs.append((case.name, "encode", case.plan.encode, case.values))
        jobs.append((case.name, "cantools decode", case.message.decode, case.frames))
        jobs.append((case.name, "decode", case.plan.decode, case.frames))
        jobs.append((case.name, "update", *protected_update(case)))
    best = {(name, job): math.inf for name, job, _, _ in jobs}
    for _ in range(ROUNDS):
        random.shuffle(jobs)
        for name, job, call, inputs in jobs:
            best[name, job] = min(best[name, job], timed_ns(call, inputs))
    return best


def figures(ratios: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """Geometric mean and minimum of each list of ratios."""
    return {
        key: {"geomean": round(math.exp(sum(map(math.log, r)) / len(r)), 2), "min": round(min(r), 2)}
        for key, r in ratios.items()
    }


def main() -> None:
    """Measure, print, and add the figures to the result file."""
    if not opendbc_files():
        sys.exit("opendbc is not installed; pip install opendbc, then again")
    found = cases()
    ns = measure(found)
    ratios: dict[str, list[float]] = {
        "encode_strict_vs_cantools": [ns[c.name, "cantools encode"] / ns[c.name, "encode"] for c in found],
        "decode_vs_cantools": [ns[c.name, "cantools decode"] / ns[c.name, "decode"] for c in found],
        "protected_update_vs_cantools": [ns[c.name, "cantools encode"] / ns[c.name, "update"] for c in found],
    }
    print(f"cantools {cantools.__version__}; nanoseconds per call, and times faster")
    heads = f"{'cantools':>9}{'encode':>8}{'x':>6}{'cantools':>10}{'decode':>8}{'x':>6}{'update':>8}{'x':>6}"
    print(f"{'message':24}{heads}")
    for i, case in enumerate(found):
        row = [ns[case.name, job] for job in JOBS]
        x = [r[i] for r in ratios.values()]
        print(
            f"{case.name:24}{row[0]:9.0f}{row[1]:8.0f}{x[0]:6.1f}{row[2]:10.0f}{row[3]:8.0f}{x[1]:6.1f}"
            f"{row[4]:8.0f}{x[2]:6.1f}"
        )
    result = figures(ratios)
    for key, value in result.items():
        print(f"{key}: {value['geomean']} (least {value['min']})")
    known = json.loads(RESULT.read_text()) if RESULT.is_file() else {}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(known | result, indent=2) + "\n")


if __name__ == "__main__":
    main()
