"""`python -m tests.external.carbench DIR [--json]`: CAR-bench's sequences on `carbench_ev`, as a table.

DIR holds `tasks*.jsonl`, `counterfactuals*.jsonl` and `llm_runs*.jsonl`. Exit code 0 where every claim
holds, 1 where one does not, 2 where there is nothing to read. See docs/car-bench.md.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.external.carbench.figures import Row, findings, jobs, rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, play, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.external.carbench", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    given = parser.parse_args(arguments)
    try:
        work = jobs(given.folder)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sequences", total=len(work))
        table = rows(findings(work, given.jobs, lambda: bar.advance(task)))
    print(json.dumps([asdict(row) for row in table], indent=1)) if given.json else _show(table)
    return 1 if any(row.against for row in table) else 0


def _show(table: Sequence[Row]) -> None:
    console = Console()
    shown = Table("measured on CAR-bench", "holds", "of", box=None)
    for row in table:
        style = "red" if row.against else "green" if row.of else "dim"
        shown.add_row(row.title, str(row.right), str(row.of), style=style)
    console.print(shown)
    for row in table:
        for against in row.against:
            console.print(f"{row.title}: {against}", style="red", markup=False)


if __name__ == "__main__":
    sys.exit(main())
