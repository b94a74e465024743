"""Runs the targets of this folder with atheris: `python -m tests.fuzz.run SECONDS [TARGET…]`.

Each target runs in a process of its own for its share of the seconds. New inputs are kept in build/fuzz, what
finds something in build/fuzz/found; `python -m tests.fuzz.run FILE TARGET` tries one again without atheris.
"""

import importlib
import multiprocessing
import sys
from pathlib import Path

TARGETS = ("front_door", "dialects", "dbc_repair", "yaml_loaders", "frame_decoder")
BUILD = Path("build/fuzz")
MAX_LEN = 4096
INPUT_S = 10
"""An input that takes so long is a finding."""


def fuzz(name: str, seconds: int) -> None:
    """Never returns: libFuzzer ends the process, with 0 when nothing was found."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["intent_bridge"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    corpus, found = BUILD / name, BUILD / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    for number, seed in enumerate(target.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [
        f"-max_total_time={seconds}",
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
    names = names or list(TARGETS)
    seconds, wrong = max(1, int(first) // len(names)), []
    for name in names:
        invariant = (importlib.import_module(f"tests.fuzz.{name}").__doc__ or "").strip()
        print(f"{name}: {invariant}", flush=True)
        process = multiprocessing.get_context("spawn").Process(target=fuzz, args=(name, seconds))
        process.start()
        process.join()
        if process.exitcode != 0:
            wrong.append(name)
    print(f"parser fuzzers: {', '.join(wrong) or 'nothing'} found, {seconds} s each; inputs in {BUILD}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
