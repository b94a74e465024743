"""What became of the mutants: `python -m tests.mutation.report AREA… [--write]` prints what lives on.

explained.yaml says of mutants that no test can or need kill why; what is said there is held against the run,
so that nothing is explained that is killed or no longer made. `--write` puts what was found of these areas
into docs/mutation.md; what stands there of others stays.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .make import mutants
from .run import Area, Key, Result, areas, explained, results

PAGE = Path("docs/mutation.md")
LEAST_KILLED_PERCENT = dict.fromkeys(("guard", "proof", "codec", "engine", "audit"), 95)
"""What the issues ask of the guard, and the others have reached."""
HEAD = """# Mutation: which change of the code does no test see?

Made by `make mutate AREAS="audit engine"`, any of its areas at a time; do not edit. The code is changed
a little, one place at a time: an operator, a number, a yes for a no, a condition turned round, an
assignment lost, a named argument left out. mutmut's operators make most of the mutants
(`tests/mutation/make.py` says which); each runs in a process of its own against the tests that run the
changed statement, from what `tests/mutation/areas.yaml` lists. Killed is only what a named test fails
on; `timeout` used up its CPU time; a child that breaks in any other way counts as alive.
"""
TABLE = """\
| module | mutants | killed | timeout | alive, explained | alive | not tried |
|---|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Module:
    """The mutants of one module by what became of them."""

    name: str
    ends: Counter[str]
    alive: tuple[tuple[Key, str], ...]
    """With the reason, or none."""

    @property
    def made(self) -> int:
        return self.ends.total()

    @property
    def killed(self) -> int:
        return self.ends["killed"] + self.ends["timeout"]


def judged(area: Area, reasons: dict[Key, str]) -> Iterator[Module]:
    """Every module of an area that has mutants."""
    for path in area.modules:
        made = [mutant.key for mutant in mutants(path)]
        known: dict[Key, Result] = results(str(path))
        ends = {key: known.get(key, {}).get("end", "untried") for key in made}
        alive = tuple((k, reasons.get(k, "")) for k, end in ends.items() if end in ("survived", "broken"))
        if made:
            yield Module(str(path), Counter(ends.values()), alive)


def faults(modules: Sequence[Module], reasons: dict[Key, str]) -> Iterator[str]:
    """What nobody has explained, and what is explained without need."""
    alive = {key for module in modules for key, _ in module.alive}
    for module in modules:
        if module.ends["untried"]:
            yield f"{module.name}: {module.ends['untried']} mutants were not tried"
        for (_, function, was, now), why in module.alive:
            if not why:
                yield f"{module.name}: {function}: `{was}` becomes `{now}`, and no test fails"
    names = {module.name for module in modules}
    for key in reasons:
        if key[0] in names and key not in alive:
            what = f"{key[0]}: {key[1]}: `{key[2]}` becomes `{key[3]}`"
            yield f"{what}: explained, but it is killed or not made"


def section(name: str, modules: Sequence[Module]) -> str:
    """What became of one area: a table of its modules, then what stays alive and why."""
    lines = [f"## {name}: {_percent(modules)}", "", TABLE]
    for module in modules:
        reasoned = sum(bool(why) for _, why in module.alive)
        ends = module.ends["killed"], module.ends["timeout"]
        cells = (module.made, *ends, reasoned, len(module.alive) - reasoned, module.ends["untried"])
        lines.append(f"| {_short(module.name)} | {' | '.join(map(str, cells))} |")
    by_reason: dict[tuple[str, str], list[Key]] = {}
    for module in modules:
        for key, why in module.alive:
            by_reason.setdefault((module.name, why or "not explained yet"), []).append(key)
    if by_reason:
        lines += ["", "What stays alive, and why:", ""]
    for (module_name, why), keys in by_reason.items():
        lines.append(f"- {_short(module_name)}: {why}")
        lines += [f"  - {function}: `{was}` → `{now}`" for _, function, was, now in keys]
    return "\n".join(lines) + "\n"


def page(old: str, new: dict[str, str]) -> str:
    """docs/mutation.md with new sections of some areas; the others stay as they are."""
    known = {part.split(":", 1)[0]: f"## {part.strip()}\n" for part in re.split(r"(?m)^## ", old)[1:]}
    return "\n".join((HEAD, *(known | new).values()))


def _short(module: str) -> str:
    return module.removeprefix("intent_bridge/")


def _percent(modules: Sequence[Module]) -> str:
    killed, tried = sum(m.killed for m in modules), sum(m.made - m.ends["untried"] for m in modules)
    share = f"{100 * killed / tried:.1f} %" if tried else "nothing"
    return f"{killed} of {tried} tried are killed, {share}"


def main(arguments: Sequence[str]) -> int:
    """1 when an area that has a floor is below it or has a survivor that nobody explains."""
    reasons = explained()
    found = {name: list(judged(areas()[name], reasons)) for name in arguments if name != "--write"}
    code = 0
    for name, modules in found.items():
        print(f"{name}: {_percent(modules)}")
        wrong = list(faults(modules, reasons))
        print("\n".join(wrong))
        killed, made = sum(m.killed for m in modules), sum(m.made for m in modules)
        floor = LEAST_KILLED_PERCENT.get(name)
        if floor is not None and (wrong or 100 * killed < floor * made):
            code = 1
    if "--write" in arguments:
        sections = {name: section(name, modules) for name, modules in found.items()}
        PAGE.write_text(page(PAGE.read_text("utf-8"), sections), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
