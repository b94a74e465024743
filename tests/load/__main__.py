"""`make soak`: every door under load for SOAK_S seconds, all at once, and an hour of virtual driving.

Prints a table and merges the figures into `build/bench.json` under `soak_<door>`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.figures import merge
from tests.load.clients import load
from tests.load.doors import DOORS, opened
from tests.load.hour import an_hour

SOAK_S = float(os.environ.get("SOAK_S", "600"))


def one(name: str) -> None:
    """One door in this process; its figures go into the file."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "virtual_hour":
            figures: dict[str, Any] = an_hour()
        else:
            report = load(opened(name, Path(folder)), SOAK_S)
            figures = {**report.figures(), "statuses": dict(report.statuses.most_common())}
    merge({f"soak_{name}": figures})
    print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()), flush=True)


def main() -> int:
    """Every door in a process of its own; exit code 1 when one fails."""
    if len(sys.argv) > 1:
        one(sys.argv[1])
        return 0
    running = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-m", "tests.load", name])
        for name in (*DOORS, "virtual_hour")
    ]
    return max(abs(process.wait()) for process in running)


if __name__ == "__main__":
    sys.exit(main())
