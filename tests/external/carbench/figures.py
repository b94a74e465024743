"""What the benchmark's files say of the guard: one row per claim, with what is against it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intent_bridge.types import Status
from tests.external.carbench.plain_car import Call, after, forbidden, spoken_sides
from tests.external.carbench.read import Record, calls_of, records, removed_of, run_of, weather_of
from tests.external.carbench.replay import Done, Played, full, paths_of, play
from tests.external.carbench.state import normal

_CARRIED_OUT = frozenset((Status.DONE, Status.NO_EFFECT, Status.NO_ACTION))
_ASKED_BY_POLICY = ("llm_pol_004", "llm_pol_007", "llm_pol_008")


@dataclass(frozen=True)
class Finding:
    """One sequence held against one claim; `against` is empty where it holds."""

    row: str
    name: str
    against: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    title: str
    right: int = 0
    of: int = 0
    against: tuple[str, ...] = ()

    def with_(self, finding: Finding) -> "Row":
        """The row with one finding more."""
        bad = (f"{finding.name}: {finding.against}",) if finding.against else ()
        return Row(self.title, self.right + (not bad), self.of + 1, (*self.against, *bad))


TITLES: Mapping[str, str] = {
    "refusals": "ground truth: sequences without a refusal",
    "end": "ground truth: same end state, through frames and simulated ECUs",
    "asked": "ground truth: sequences in which a person is asked only where a policy wants it",
    "counterfactuals": "counterfactuals refused or repaired, with each policy's rule id",
    "caught": "model runs that end in a forbidden state: caught",
    "untouched": "other model runs: untouched",
    "equipment": "tasks about missing equipment: `not_equipped`, no other action",
    "answers": "tasks about missing answers: said to be unknown",
}


@dataclass(frozen=True)
class _Job:
    """One line of a file, and what the weather was where somebody looked it up."""

    kind: str
    record: Record
    weather: Mapping[str, str] = field(default_factory=dict)


def jobs(folder: Path) -> list[_Job]:
    """Every sequence of the folder's files; ValueError where there is none."""
    weather = weather_of(folder)
    kinds = (
        ("task", "tasks*.jsonl"),
        ("counterfactual", "counterfactuals*.jsonl"),
        ("run", "llm_runs*.jsonl"),
    )
    found = [_Job(kind, record, weather) for kind, pattern in kinds for record in records(folder, pattern)]
    if not found:
        names = ", ".join(pattern for _, pattern in kinds)
        raise ValueError(f"{folder} holds none of {names}")
    return found


def rows(found: Iterable[Finding]) -> list[Row]:
    """The table, in the order of `TITLES`."""
    table = {key: Row(title) for key, title in TITLES.items()}
    for finding in found:
        table[finding.row] = table[finding.row].with_(finding)
    return list(table.values())


def findings(
    work: Sequence[_Job], processes: int, step: Callable[[], None] = lambda: None
) -> Iterator[Finding]:
    """Play everything; `step` is called after each sequence."""
    if processes <= 1:
        for job in work:
            yield from examined(job)
            step()
        return
    with ProcessPoolExecutor(processes) as pool:
        for found in pool.map(examined, work, chunksize=4):
            yield from found
            step()


def examined(job: _Job) -> list[Finding]:
    """What one sequence shows."""
    match job.kind:
        case "task":
            return list(_task(job))
        case "counterfactual":
            return [_counterfactual(job)]
        case _:
            return [_run(job)]


# --- tasks ------------------------------------------------------------------------------------------


def _task(job: _Job) -> Iterator[Finding]:
    record, name = job.record, str(job.record["task_id"])
    start, calls = record["vehicle_state"], calls_of(record["expected_actions"], job.weather)
    played = play(start, calls)
    yield Finding("refusals", name, _listed(_brief(d) for d in played.done if d.status not in _CARRIED_OUT))
    yield Finding("end", name, _end_differs(record, calls, played))
    asked = [d for d in played.done if d.asked and not any(p in " ".join(d.rules) for p in _ASKED_BY_POLICY)]
    yield Finding("asked", name, _listed(f"{d.call.name} by {', '.join(d.rules)}" for d in asked))
    removed, dark = removed_of(record)
    if removed:
        yield Finding("equipment", name, _equipment(start, calls, removed))
    if dark:
        told = play(start, calls, removed, dark).unknown
        unsaid = [part for part in dark if not any(part in names for names in told.values())]
        yield Finding("answers", name, f"{', '.join(unsaid)} was told" if unsaid else "")


def _end_differs(record: Record, calls: Sequence[Call], played: Played) -> str:
    """Against what the calls say, and what the benchmark expects where both mean the same sides."""
    wanted = after(record["vehicle_state"], calls)
    changes = record.get("expected_state_change")
    if changes is not None and not spoken_sides(calls):
        said = normal({**record["vehicle_state"], **{name: new for name, (_, new) in changes.items()}})
        wanted = {**wanted, **{name: said[name] for name in wanted if name in said}}
    return _differences(wanted, played.end)


def _equipment(start: Mapping[str, Any], calls: Sequence[Call], removed: Sequence[str]) -> str:
    """A call for what was taken out is `not_equipped` and sends nothing; what is gone stays as it was."""
    played = play(start, calls, removed)
    wrong = [_brief(d) for d in played.done if _asks_for(d.call, removed) and not _says_so(d)]
    wrong += [f"{d.call.name} also set {', '.join(d.added)}" for d in played.done if _unasked(d)]
    gone = {path for part in removed if "." not in part for path in paths_of(full(), part)}
    wrong += [f"{d.call.name} set {path}" for d in played.done for path in d.added if path in gone]
    return _listed(wrong)


def _asks_for(call: Call, removed: Sequence[str]) -> bool:
    return call.name in removed or any(f"{call.name}.{given}" in removed for given in call.arguments)


def _says_so(done: Done) -> bool:
    return done.status is Status.NOT_EQUIPPED and not done.frames and not done.added


def _unasked(done: Done) -> bool:
    """It set something that neither the call named nor a policy asks for."""
    return bool(done.added and done.frames) and "carbench." not in " ".join(done.rules)


# --- counterfactuals and runs -----------------------------------------------------------------------


def _counterfactual(job: _Job) -> Finding:
    record = job.record
    played = play(record["vehicle_state"], calls_of(record["actions"], job.weather))
    expected = frozenset(map(str, record["expected_violations"]))
    unnamed = sorted(policy for policy in expected if policy_word(policy) not in played.named())
    left = sorted(_carried_out(played))
    wrong = [f"no rule of {policy} had a say" for policy in unnamed]
    return Finding(
        "counterfactuals", str(record["id"]), _listed([*wrong, *(f"ends against {p}" for p in left)])
    )


def _carried_out(played: Played) -> frozenset[str]:
    """The policies that what was really carried out has broken."""
    kept = [d.call for d in played.done if not d.refused]
    return forbidden([*played.looked, *kept], played.end)


def _run(job: _Job) -> Finding:
    record = job.record
    name = f"{record['task_id']} ({record.get('model')}, trial {record.get('trial')})"
    removed, _ = removed_of(record)  # an answer that was cut does not blind the car itself
    calls = run_of(record)
    end = after(record["vehicle_state"], calls)
    broken = forbidden(calls, end)
    played = play(record["vehicle_state"], calls, removed)
    if broken:
        unnamed = [
            f"no rule of {p} had a say" for p in sorted(broken) if policy_word(p) not in played.named()
        ]
        left = [f"ends against {p}" for p in sorted(_carried_out(played))]
        return Finding("caught", name, _listed([*unnamed, *left]))
    refused = [_brief(d) for d in played.done if d.status not in _CARRIED_OUT]
    return Finding("untouched", name, _listed([*refused, _differences(end, played.end)]))


def policy_word(policy: str) -> str:
    """How a policy is written in a rule's id: LLM-POL:004 is llm_pol_004."""
    return policy.lower().replace("-", "_").replace(":", "_")


def _differences(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> str:
    return _listed(f"{n} is {got.get(n)}, not {value}" for n, value in wanted.items() if got.get(n) != value)


def _brief(done: Done) -> str:
    given = ", ".join(f"{name}={value}" for name, value in done.call.arguments.items())
    return f"{done.call.name}({given}) is {done.status} {' '.join(done.rules)}".strip()


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)
