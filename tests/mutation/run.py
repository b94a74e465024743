"""Runs mutants against the tests: `python -m tests.mutation.run AREA… [--jobs N] [--minutes M]`.

Every mutant lives in a process of its own, forked from one that has collected the tests and run none, so
nothing that a healthy function made is kept anywhere. It meets the tests that run the mutated statement,
the quick ones first. Killed is only what a named test failed on; a mutant that uses up its CPU time is a
timeout; all else that ends a child is `broken` and counts as alive. Results are kept in build/mutation, so
a run may be stopped: what was killed stays so while the function's text stays, and what survived is tried
again.
"""

import argparse
import ast
import functools
import gc
import hashlib
import importlib
import itertools
import json
import os
import resource
import select
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from intent_bridge.profile.yaml import read_yaml

from .make import Mutant, mutants
from .swap import Living, NoSuchFunction

BUILD = Path("build/mutation")
AREAS = Path(__file__).with_name("areas.yaml")
EXPLAINED = Path(__file__).with_name("explained.yaml")
CPU_S, CPU_TIMES = 2, 3
"""A child may use so much CPU time, and so many times what its tests take."""
WALL_TIMES = 600
MEMORY_BYTES = 6 << 30
Result = dict[str, Any]
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Area:
    """Modules, and the smallest set of tests that is meant to hold them."""

    name: str
    modules: tuple[Path, ...]
    tests: tuple[str, ...]


def areas() -> dict[str, Area]:
    """What areas.yaml says."""
    data: Any = read_yaml(AREAS).data
    found = {}
    for name, given in data.items():
        modules = sorted(each for pattern in given["modules"] for each in Path().glob(pattern))
        found[name] = Area(name, tuple(modules), tuple(given["tests"]))
    return found


def explained() -> dict[Key, str]:
    """Every mutant that may stay alive, with the reason."""
    data: Any = read_yaml(EXPLAINED).data
    return {
        (entry["module"], entry["function"], was, now): entry["why"]
        for entry in data
        for was, now in entry["changes"]
    }


def results(module: str) -> dict[Key, Result]:
    """What is known of the mutants of a module so far."""
    path = BUILD / (module.replace("/", ".") + "l")
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {(one["module"], one["function"], one["was"], one["now"]): one for one in lines}


def _keep(mutant: Mutant, result: Result) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    named = dict(zip(("module", "function", "was", "now"), mutant.key, strict=True))
    with (BUILD / (mutant.module.replace("/", ".") + "l")).open("a", encoding="utf-8") as file:
        file.write(json.dumps(named | result, ensure_ascii=False) + "\n")


class Runner:
    """A pytest plugin that runs no tests itself, but mutants against them."""

    def __init__(self, area: Area, options: argparse.Namespace) -> None:
        self.area, self.options = area, options
        self.end = time.monotonic() + options.minutes * 60
        self.items: dict[str, pytest.Item] = {}
        self.lines: dict[str, dict[str, frozenset[int]]] = defaultdict(dict)
        """By module and test: the lines that ran."""
        self.cpu_s: dict[str, float] = {}
        self.killers: dict[str, Counter[str]] = defaultdict(Counter)
        self.complete = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once."""
        self.items = {item.nodeid: item for item in session.items}
        for module in self.area.modules:
            importlib.import_module(str(module.with_suffix("")).replace("/", ".").removesuffix(".__init__"))
        self._baseline()
        chosen = self.options.only.split(",")
        for module in self.area.modules:
            if any(name in str(module) for name in chosen):
                self._module(module)
        self.complete = time.monotonic() < self.end
        return True

    def _baseline(self) -> None:
        """Which test runs which lines and what it costs; all of them pass without a mutant.

        What is kept of a test holds while its file and the modules of the area stay as they are.
        """
        kept = BUILD / f"{self.area.name}.lines"
        known: Result = {"lines": {}, "cpu_s": {}, "texts": {}}
        if kept.exists() and not self.options.measure:
            known |= json.loads(kept.read_text("utf-8"))
        texts = self._texts()
        if new := [test for test in self.items if known["texts"].get(test) != texts[test]]:
            answer = _answer(*_fork(lambda: self._measure(new)))
            if "failed" in answer or "lines" not in answer:
                raise SystemExit(f"a test does not pass without a mutant: {answer}")
            for key in ("lines", "cpu_s"):
                known[key].update(answer[key])
            quick_first = sorted(new, key=known["cpu_s"].__getitem__)
            control = _answer(*_fork(lambda: self._pass(quick_first)))
            if control.get("end") != "survived":
                raise SystemExit(f"a test does not pass without a mutant: {control}")
            known["cpu_s"].update(control["cpu_s"])
            known["texts"].update(texts)
            BUILD.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(known), "utf-8")
        for test, modules in known["lines"].items():
            for module, lines in modules.items():
                self.lines[module][test] = frozenset(lines)
        self.cpu_s = known["cpu_s"]

    def _texts(self) -> dict[str, str]:
        """Per test a digest of its file and of the modules whose lines it runs."""
        modules = b"".join(module.read_bytes() for module in self.area.modules)
        files = {test: Path(test.split("::")[0]) for test in self.items}
        digests = {file: hashlib.sha256(modules + file.read_bytes()) for file in set(files.values())}
        return {test: digests[file].hexdigest() for test, file in files.items()}

    def _measure(self, names: Sequence[str]) -> Result:
        modules = [str(module) for module in self.area.modules]
        cpu_s: dict[str, float] = {}
        caches = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
        coverage = Coverage(data_file=None, config_file=False, include=modules)
        coverage.start()
        for name in names:
            for each in caches:
                each.cache_clear()
            coverage.switch_context(name)
            before = time.process_time()
            fault = _run(self.items[name])
            cpu_s[name] = time.process_time() - before
            if fault:
                return {"failed": name, "why": fault}
        coverage.stop()
        data, lines = coverage.get_data(), {}
        for name in names:
            data.set_query_context(name)
            lines[name] = {module: data.lines(str(Path(module).resolve())) or [] for module in modules}
        return {"lines": lines, "cpu_s": cpu_s}

    def _module(self, path: Path) -> None:
        made = list(mutants(path))
        known = {} if self.options.fresh else results(str(path))
        done = ("killed", "timeout", "survived") if self.options.untried else ("killed", "timeout")
        spared = {key for key in explained() if known.get(key, {}).get("end") == "survived"}
        todo = [m for m in made if known.get(m.key, {}).get("end") not in done and m.key not in spared]
        if not todo:
            return
        source, filename = path.read_text("utf-8"), str(path.resolve())
        tree, lines = ast.parse(source), source.splitlines()
        gc.unfreeze()
        living = Living(source, filename)
        gc.collect()
        gc.freeze()  # a child that collects what it did not make would copy all of it
        running: dict[int, tuple[Mutant, int, float]] = {}
        queue = iter(todo)
        started = 0
        while True:
            while len(running) < self.options.jobs and time.monotonic() < self.end:
                mutant = next(queue, None)
                if mutant is None:
                    break
                started += 1
                tests = self._candidates(mutant, statements(tree, lines, mutant))
                limit_s = int(CPU_S + CPU_TIMES * sum(self.cpu_s[test] for test in tests))
                pid, end = _fork(functools.partial(self._try, living, mutant, tests), limit_s)
                running[end] = mutant, pid, time.monotonic() + WALL_TIMES * limit_s
            if not running:
                break
            self._collect(running)
        now = results(str(path))
        ends = Counter(now.get(mutant.key, {}).get("end", "untried") for mutant in made)
        print(f"{path}: {len(made)} mutants, {started} tried now:", dict(ends), flush=True)

    def _candidates(self, mutant: Mutant, places: Sequence[range]) -> list[str]:
        """The tests that run the statement: those that killed others of its function, then the quick ones."""
        ran = self.lines[mutant.module]
        found = (t for t in self.items if any(line in ran[t] for place in places for line in place))
        killers = self.killers[f"{mutant.module}:{mutant.function}"]
        ordered = sorted(found, key=lambda test: (-killers[test], self.cpu_s[test]))
        spent = itertools.accumulate(self.cpu_s[test] for test in ordered)
        return [test for test, cpu_s in zip(ordered, spent, strict=True) if cpu_s < self.options.budget_s]

    def _collect(self, running: dict[int, tuple[Mutant, int, float]]) -> None:
        ready, _, _ = select.select(list(running), [], [], 1.0)
        for end in ready:
            mutant, pid, _ = running.pop(end)
            answer = _answer(pid, end)
            if "by" in answer:
                self.killers[f"{mutant.module}:{mutant.function}"][answer["by"]] += 1
            _keep(mutant, {key: told for key, told in answer.items() if key != "cpu_s"})
        for end, (mutant, pid, until) in list(running.items()):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                del running[end]
                _answer(pid, end)
                _keep(mutant, {"end": "broken", "why": "it waited for something that never came"})

    def _try(self, living: Living, mutant: Mutant, tests: Sequence[str]) -> Result:
        try:
            living.replace(mutant.function, mutant.text())
        except NoSuchFunction as fault:
            return {"end": "broken", "why": f"no function to change: {fault}"}
        return self._pass(tests)

    def _pass(self, tests: Sequence[str]) -> Result:
        cpu_s: dict[str, float] = {}
        for test in tests:
            before_s = time.process_time()
            if _run(self.items[test]):
                return {"end": "killed", "by": test}
            cpu_s[test] = time.process_time() - before_s
        return {"end": "survived", "cpu_s": cpu_s}


def statements(tree: ast.Module, lines: Sequence[str], mutant: Mutant) -> list[range]:
    """The lines of each statement of the function in which the mutant's first changed line may stand.

    Of a statement with a body only its head; a `match` whole.
    """
    scope: list[ast.stmt] = tree.body
    for name in mutant.function.split("."):
        owners = [e for e in scope if isinstance(e, ast.ClassDef | ast.FunctionDef) and e.name == name]
        scope = [part for owner in owners for part in owner.body]
    found = []
    for node in (each for part in scope for each in ast.walk(part) if isinstance(each, ast.stmt)):
        body: list[ast.stmt] = getattr(node, "body", [])
        end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
        head = range(node.lineno, max(end, node.lineno + 1))
        if any(lines[line - 1].strip() == mutant.was for line in head):
            found.append(head)
    return found


def _run(item: pytest.Item) -> str:
    """Run one test with its fixtures from the start; the fault it ended with, or nothing."""
    item.session._setupstate.stack.clear()
    for report in runtestprotocol(item, log=False, nextitem=None):
        if report.failed:
            return f"{report.when}: {report.longreprtext[-400:]}"
    return ""


def _fork(job: Callable[[], Result], limit_s: int = 0) -> tuple[int, int]:
    """The child's process id, and the end of a pipe on which its answer comes."""
    end, child_end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(child_end)
        return pid, end
    answer: Result = {}
    try:
        void = os.open(os.devnull, os.O_RDWR)
        for each in (0, 1, 2):
            os.dup2(void, each)
        if limit_s:
            resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        answer = job()
    except BaseException as fault:
        answer = {"end": "broken", "why": repr(fault)}
    finally:
        with os.fdopen(child_end, "wb") as pipe:
            pipe.write(json.dumps(answer).encode())
        os._exit(0)


def _answer(pid: int, end: int) -> Result:
    with os.fdopen(end, "rb") as pipe:
        text = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return {"end": "timeout"}
    if status or not text:
        return {"end": "broken", "why": f"the child ended with status {status}"}
    answer: Result = json.loads(text)
    return answer


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.mutation.run", description=__doc__)
    parser.add_argument("area", nargs="+", choices=sorted(areas()))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=24 * 60.0)
    parser.add_argument("--budget-s", type=float, default=1e9, help="CPU time of tests that one mutant meets")
    parser.add_argument(
        "--only", default="", help="modules whose path has one of these, parted by commas, in it"
    )
    parser.add_argument("--fresh", action="store_true", help="also what was killed before")
    parser.add_argument("--untried", action="store_true", help="not what survived before")
    parser.add_argument("--measure", action="store_true", help="which test calls what, anew")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """0 when every mutant was tried, whatever became of it: `report` judges."""
    options = _options(arguments)
    for name in options.area:
        runner = Runner(areas()[name], options)
        quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "-s"]
        code = pytest.main([*quiet, *runner.area.tests], plugins=[runner])
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) or not runner.complete:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
