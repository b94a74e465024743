"""Runs the targets of this folder with atheris: `python -m tests.fuzz.run SECONDS [TARGET…]`.

Each target runs in a process of its own for its share of the seconds. New inputs are kept in build/fuzz, what
finds something in build/fuzz/found; `python -m tests.fuzz.run FILE TARGET` tries one again without atheris.
`0` instead of seconds: as many inputs as SAME_RUNS says, the same ever (under `setarch -R`), for a gate.
"""

import importlib
import multiprocessing
import os
import shutil
import sys
from pathlib import Path

BUILD = Path("build/fuzz")
MAX_LEN = 4096
SAME_RUNS = {
    "front_door": 10_000,
    "dialects": 20_000,
    "dbc_repair": 15_000,
    "yaml_loaders": 7_000,
    "frame_decoder": 80_000,
}
"""Inputs that take about four seconds each on one core."""
TARGETS = tuple(SAME_RUNS)
INPUT_S = 10
"""An input that takes so long is a finding."""


def fuzz(name: str, seconds: int) -> None:
    """Never returns: libFuzzer ends the process, with 0 when nothing was found. 0 s: see above."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["intent_bridge"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    corpus, found = BUILD / (name if seconds else f"same/{name}"), BUILD / "found"
    if not seconds:  # what another run left behind would lead elsewhere
        shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    for number, seed in enumerate(target.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    length = [f"-max_total_time={seconds}"] if seconds else [f"-runs={SAME_RUNS[name]}", "-seed=1"]
    limits = [
        *length,
        f"-max_len={MAX_LEN}",
        f"-timeout={INPUT_S}",
        "-rss_limit_mb=2048",
    ]
    output = [f"-artifact_prefix={found}/{name}-", "-verbosity=0", "-print_final_stats=1", "-reload=0"]
    atheris.Setup([sys.argv[0], *limits, *output, str(corpus)], target.check)
    atheris.Fuzz()


def main() -> int:
    """0 when nothing was found, or atheris is not there."""
    first, *names = sys.argv[1:]
    if Path(first).is_file():
        importlib.import_module(f"tests.fuzz.{names[0]}").check(Path(first).read_bytes())
        return 0
    try:
        importlib.import_module("atheris")
    except ImportError:
        print("parser fuzzers skipped: no atheris here (pip install 'intent-bridge[fuzzers]')")
        return 0
    os.environ["PYTHONHASHSEED"] = "0"  # of the processes below: the order of a set is not to lead elsewhere
    names = names or list(TARGETS)
    seconds, wrong = min(int(first), max(1, int(first) // len(names))), []
    for name in names:
        invariant = (importlib.import_module(f"tests.fuzz.{name}").__doc__ or "").strip()
        print(f"{name}: {invariant}", flush=True)
        process = multiprocessing.get_context("spawn").Process(target=fuzz, args=(name, seconds))
        process.start()
        process.join()
        if process.exitcode != 0:
            wrong.append(name)
    length = f"{seconds} s each" if seconds else f"{sum(SAME_RUNS[name] for name in names):,} inputs"
    print(f"parser fuzzers: {', '.join(wrong) or 'nothing'} found, {length}; inputs in {BUILD}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
