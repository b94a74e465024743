"""`fuzz`: random drives against the vehicle's hazard list."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.show import console
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.testing.campaign import (
    Report,
    campaign,
    load_report,
    rule_ids,
    save_drives,
    save_report,
    shortest_drives,
)
from intent_bridge.testing.car import rig
from intent_bridge.testing.guard_cases import GuardCases
from intent_bridge.testing.hazards import FILE, load_hazards
from intent_bridge.testing.mix import MIX
from intent_bridge.testing.shrink import hazards_of
from intent_bridge.testing.steps import read_drives


@dataclass(frozen=True)
class Limits:
    """How much to fuzz."""

    calls: int
    jobs: int
    seed: int
    minutes: float | None = None
    rate: float = 5.0
    """On buses: calls per second at most."""


def fuzz_vehicle(
    vehicle: str,
    limits: Limits,
    buses: list[str],
    *,
    resume: Path | None,
    out: Path,
    play: Path | None,
    as_json: bool,
) -> int:
    """What the command line asked for: replay drives, fuzz a bench, or fuzz in process."""
    _needs_hazards(vehicle)
    if play is not None:
        return replay_drives(vehicle, play, as_json=as_json)
    if buses:
        from intent_bridge.cli.fuzz_bench import fuzz_bench

        return fuzz_bench(vehicle, limits, buses, resume=resume, as_json=as_json)
    return run_fuzz(vehicle, limits, resume=resume, out=out, as_json=as_json)


def fuzz_guard(vehicle: str, limits: Limits, *, as_json: bool) -> int:
    """The guard alone, a case for every call that was asked for; exit code 1 on any hazard."""
    _needs_hazards(vehicle)
    profile = load_profile(vehicle)
    hazards = load_hazards(profile)
    assert hazards is not None
    report = GuardCases(profile, Guard(profile, load_packs(profile)), hazards).run(limits.seed, limits.calls)
    found = [f"{f.hazard}: {f.path} = {f.value} for {f.who.speaker.value}" for f in report.found]
    speed, share = round(report.cases_per_s), 100 * report.allowed / report.cases
    if as_json:
        counts = {"cases": report.cases, "allowed": report.allowed, "cases_per_s": speed}
        print(json.dumps({**counts, "hazards": found, "seed": limits.seed}))
    else:
        print(f"{report.cases} cases for the guard alone, {share:.0f} % allowed, {speed} cases/s per core")
        print("\n".join(f"HAZARD {text}" for text in found) or "0 hazards")
    return Exit.NO if found else Exit.OK


def run_fuzz(vehicle: str, limits: Limits, *, resume: Path | None, out: Path, as_json: bool) -> int:
    """Fuzz in this process (or `jobs` of them); exit code 1 on any hazard."""
    calls, jobs, seed, minutes = limits.calls, limits.jobs, limits.seed, limits.minutes
    deadline_s = None if minutes is None else time.monotonic() + 60 * minutes
    before = resumed(resume, seed)
    with progress_bar(console(), calls, as_json) as tell:

        def progress(report: Report) -> None:
            tell(report)
            if resume is not None:
                save_report(report, resume)

        report = campaign(
            vehicle,
            calls=calls,
            seed=seed,
            jobs=jobs,
            deadline_s=deadline_s,
            report=before,
            progress=progress,
        )
    if report.hits:
        save_drives(shortest_drives(vehicle, report), out)
    never = sorted(rule_ids(vehicle) - report.rules.keys())
    if as_json:
        print(json.dumps({**report.data(), "calls_per_s": round(report.calls_per_s), "rules_never": never}))
    else:
        _print(report, never, out)
    return Exit.NO if report.hits else Exit.OK


def replay_drives(vehicle: str, file: Path, *, as_json: bool) -> int:
    """Play the drives of a file again; exit code 1 unless each shows just the hazards it names."""
    prepared = rig(load_profile(vehicle), quick=True)
    if not file.is_file():
        raise UsageProblem(f"no file `{file}`", "give a file that `fuzz` wrote, or a cases.yaml with drives")
    results = [(drive, sorted(set(hazards_of(prepared, drive.steps)))) for drive in read_drives(file)]
    wrong = [drive.name for drive, found in results if found != sorted(drive.hazards)]
    if as_json:
        print(json.dumps([{"name": drive.name, "hazards": found} for drive, found in results]))
    else:
        for drive, found in results:
            print(
                f"{'as written' if drive.name not in wrong else 'CHANGED'}: {drive.name}: {found or 'clean'}"
            )
    return Exit.NO if wrong else Exit.OK


def _needs_hazards(vehicle: str) -> None:
    if load_hazards(load_profile(vehicle)) is None:
        raise UsageProblem(
            f"no hazards defined: `{vehicle}` has no {FILE}", f"write {FILE}, see docs/fuzzing.md"
        )


def resumed(resume: Path | None, seed: int) -> Report | None:
    """The campaign to go on with, if there is one."""
    if resume is None or not resume.is_file():
        return None
    try:
        report = load_report(resume)
    except ValueError as error:
        raise UsageProblem(
            f"`{resume}` is no saved campaign", "give the file of an earlier --resume"
        ) from error
    if report.seed != seed:
        raise UsageProblem(f"`{resume}` was made with seed {report.seed}", f"give --seed {report.seed}")
    return report


def _print(report: Report, never: list[str], out: Path) -> None:
    share = 100 * report.acted / max(1, report.calls)
    print(
        f"{report.calls} calls ({share:.0f} % acted and confirmed), {report.frames} frames, "
        f"{report.virtual_ms / 60_000:.0f} minutes driven, {report.calls_per_s:.0f} calls/s per core, "
        f"seed {report.seed}"
    )
    print("mix per 1000 steps: " + ", ".join(f"{name} {share}" for name, share in MIX.items()))
    print("every second episode: another mix, rare steps up to forty times as often")
    order = sorted(report.statuses.items(), key=lambda item: -item[1])
    print("outcomes: " + ", ".join(f"{count} {status}" for status, count in order))
    print(f"rules exercised: {len(report.rules)}, never: {', '.join(never) or 'none'}")
    for hazard, count in report.hazards().items():
        hit = next(h for h in report.hits if h.hazard == hazard)
        print(f"HAZARD {hazard} ({count} episodes): {hit.what}")
    print(f"{len(report.hits)} hazards" + (f"; short drives in {out}" if report.hits else ""))


@contextmanager
def progress_bar(out: Console, total: int, as_json: bool) -> Iterator[Callable[[Report], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    if as_json or not out.is_terminal:
        yield lambda report: None
        return
    columns = (
        TextColumn("fuzz"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[hazards]} hazards"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=out, transient=True) as progress:
        task = progress.add_task("fuzz", total=total, hazards=0)

        def tell(report: Report) -> None:
            progress.update(task, completed=report.calls, hazards=len(report.hits))

        yield tell
