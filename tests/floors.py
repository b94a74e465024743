"""Coverage of each package by itself: `python -m tests.floors` holds .coverage, as pytest-cov left it.

A floor is a share of statements and branches together. Lines that no test can reach are named by the patterns
in pyproject.toml (`tool.coverage.report`).
"""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coverage import Coverage

FLOORS = {"guard": 100.0, "codec": 100.0, "engine": 100.0, "audit": 100.0}
"""Safety rests on these; the egress gate is part of the codec."""
OTHERS = 95.0
ROOT = "intent_bridge"


@dataclass
class Package:
    """What one package has and what of it was run; `missed` says where."""

    parts: int = 0
    run: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """Of statements and branches, together."""
        return 100 * self.run / self.parts if self.parts else 100.0


def packages(report: Mapping[str, Mapping[str, object]]) -> dict[str, Package]:
    """The first folder below the library's, from coverage's JSON report."""
    found: dict[str, Package] = defaultdict(Package)
    for file, told in report["files"].items():
        assert isinstance(told, dict)
        parts = Path(file).parts
        package = found[parts[1] if len(parts) > 2 else ROOT]
        counted = told["summary"]
        package.parts += counted["num_statements"] + counted["num_branches"]
        package.run += counted["covered_lines"] + counted["covered_branches"]
        package.missed += [f"{file}:{line}" for line in told["missing_lines"]]
        package.missed += [f"{file}:{a} to {b}" for a, b in told["missing_branches"]]
    return dict(found)


def below(found: Mapping[str, Package]) -> list[str]:
    """The packages that miss their floor."""
    return [name for name, each in found.items() if each.percent < FLOORS.get(name, OTHERS)]


def main() -> int:
    """1 when a package is below its floor; then everything it misses is printed."""
    path = Path("build/coverage.json")
    path.parent.mkdir(exist_ok=True)
    coverage = Coverage()
    coverage.load()
    coverage.json_report(outfile=str(path))
    found = packages(json.loads(path.read_text("utf-8")))
    for name, each in sorted(found.items()):
        floor = FLOORS.get(name, OTHERS)
        missed = len(each.missed)
        print(f"{name:14} {each.percent:6.1f} % of {each.parts:5}, {missed:4} missed, floor {floor:.0f} %")
    low = below(found)
    for name in low:
        print("\n".join(found[name].missed))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
