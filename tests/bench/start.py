"""`make bench`, the start: what a process pays before its first call, in CPU, memory and disk.

Seconds are CPU of whole processes (the interpreter's own start included), least of some runs, with byte code.
"""

import os
import resource
import subprocess
import sys
from importlib.metadata import Distribution, PackagePath, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.bench.figures import merge

RUNS = 5
OURS = (Path("intent_bridge"), Path("dbc"))
"""An editable install lists no files of ours."""
MB = 1_000_000
RESIDENT = "; print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')))"
LOAD = "from intent_bridge import load_profile; car = load_profile('demo_sedan')"
OPEN = "from intent_bridge import Bridge; car = Bridge.simulated('demo_sedan')"
CALL = OPEN + "; car.handle({'name': 'set_fan_speed', 'arguments': {'level': 3}})"


SENTENCES = {"en": "set the driver temperature to 22 degrees", "zh": "把主驾温度调到22度"}
SAY = """
import time
from intent_bridge.intents import Catalogue
from intent_bridge.nlu import understand
from intent_bridge.profile import load_profile
tools = Catalogue(load_profile('demo_sedan'))
start = time.thread_time()
found = understand({text!r}, {language!r}, tools)
print(round(1000 * (time.thread_time() - start)))
assert found.calls
"""


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env)
    return done.stdout


def cpu_s(code: str) -> float:
    """CPU seconds of a fresh interpreter that runs `code`; the first run writes the byte code."""
    best = float("inf")
    for number in range(RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(code)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, used) if number else best
    return round(best, 2)


def first_sentence_ms(language: str) -> int:
    """CPU milliseconds of the first sentence in a process that has read its vehicle, the least of some."""
    code = SAY.format(text=SENTENCES[language], language=language)
    return min(int(run(code)) for _ in range(RUNS))


def resident_mb(code: str) -> float:
    """Resident memory after `code`."""
    return round(int(run(code + RESIDENT)) * 1024 / MB, 1)


def installed_mb() -> dict[str, float]:
    """Size on disk of the library and all it needs, no extras, no byte code; and of the largest part."""
    sizes = {
        name: sum(map(_size, this.files or ())) / MB for name, this in _needed("intent-bridge", {}).items()
    }
    sizes["intent-bridge"] = sum(map(_size, (f for folder in OURS for f in folder.rglob("*")))) / MB
    largest = max(sizes, key=lambda name: sizes[name])
    return {"all": round(sum(sizes.values()), 1), largest: round(sizes[largest], 1)}


def _needed(
    name: str, found: dict[str, Distribution], extras: frozenset[str] = frozenset()
) -> dict[str, Distribution]:
    """The distributions that one needs, itself included."""
    key = canonicalize_name(name)
    if key in found and not extras:
        return found
    found[key] = this = distribution(name)
    for text in this.requires or ():
        needs = Requirement(text)
        if needs.marker is None or any(needs.marker.evaluate({"extra": one}) for one in ("", *extras)):
            _needed(needs.name, found, frozenset(needs.extras))
    return found


def _size(file: PackagePath | Path) -> int:
    path = Path(str(file.locate() if isinstance(file, PackagePath) else file))
    return path.stat().st_size if path.is_file() and path.suffix != ".pyc" else 0


def main() -> None:
    """Print the table, merge the keys into build/bench.json."""
    figures = {
        "start_import_cpu_s": cpu_s("from intent_bridge import Bridge"),
        "start_first_call_cpu_s": cpu_s(CALL),
        "start_first_sentence_ms": {language: first_sentence_ms(language) for language in SENTENCES},
        "start_memory_mb": {"profile": resident_mb(LOAD), "simulated": resident_mb(OPEN)},
        "start_installed_mb": installed_mb(),
    }
    goals = {
        "start_import_cpu_s": "< 0.3",
        "start_memory_mb": "profile <= 80",
        "start_installed_mb": "all <= 60",
    }
    for name, figure in figures.items():
        print(f"{name:28} {figure!s:44} {goals.get(name, '')}")
    merge(figures)


if __name__ == "__main__":
    main()
