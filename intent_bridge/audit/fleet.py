"""Judges a candidate's rules against what many vehicles recorded: what is looser, stricter, different.

Every call that was judged is judged again, those that acted and those that a rule held back, on the state of
their moment, and held against the verdict of that time. Row groups of Parquet files go to processes of this
machine, or of many (Dask).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Literal

from pydantic_core import from_json

from intent_bridge.audit.export import MISSING, ExtraMissing, library
from intent_bridge.audit.replay import rejudge
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import load_profile
from intent_bridge.types import Decision, Verdict

MAX_EXAMPLES = 5
"""Calls shown of each kind."""
Kind = Literal["same", "looser", "stricter", "different"]
_RANK: Final = {decision.word: rank for rank, decision in enumerate(Decision)}

Task = tuple[str, int]
"""A Parquet file and one of its row groups."""


@dataclass
class Tally:
    """What a candidate would have said. Tallies of parts add up."""

    judged: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    """By kind: the rules that made the difference, on either side, and how often."""
    by_history: int = 0
    """Not judged: a limit decided, which depends on what was done before."""
    elsewhere: int = 0
    """Not judged: calls of another vehicle, or of paths that the candidate's vehicle lacks."""
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, part: "Tally") -> None:
        """Take in the tally of another part."""
        self.judged += part.judged
        self.by_history += part.by_history
        self.elsewhere += part.elsewhere
        self.kinds += part.kinds
        for kind, counts in part.rules.items():
            self.rules.setdefault(kind, Counter()).update(counts)
        for kind, shown in part.examples.items():
            kept = self.examples.setdefault(kind, [])
            kept += shown[: MAX_EXAMPLES - len(kept)]

    def data(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        return {
            "judged": self.judged,
            **{kind: self.kinds[kind] for kind in ("same", "looser", "stricter", "different")},
            "by_history": self.by_history,
            "elsewhere": self.elsewhere,
            "rules": {kind: dict(counts.most_common()) for kind, counts in sorted(self.rules.items())},
            "examples": self.examples,
        }


class Candidate:
    """A vehicle with the rules to try."""

    def __init__(self, vehicle: str, packs: Sequence[str] | None) -> None:
        self.profile = load_profile(vehicle)
        self.guard = Guard(self.profile, load_packs(self.profile, packs))
        bound = self.guard.rules.rules.values()
        self._limits = frozenset(r.text.id for rules in bound for r in rules if r.text.effect == "limit")

    def tally(self, records: Iterable[Mapping[str, Any]]) -> Tally:
        """Judge records that hold a call (`asked_of` is not None)."""
        tally = Tally()
        for record in records:
            asked = asked_of(record)
            if asked is None:
                continue
            if any(path not in self.profile.actuators for path, _ in asked["requested"]):
                tally.elsewhere += 1
            elif not self._limits.isdisjoint(record["rules"]):
                tally.by_history += 1
            else:
                self._one(tally, record, asked, rejudge(asked, self.guard))
        return tally

    def _one(
        self, tally: Tally, record: Mapping[str, Any], asked: Mapping[str, Any], verdict: Verdict
    ) -> None:
        before, now = set(record["rules"]), {hit.id for hit in verdict.hits}
        kind = compared(asked, verdict, same_rules=before == now)
        tally.judged += 1
        tally.kinds[kind] += 1
        if kind == "same":
            return
        gone, new = before - now, now - before
        culprits = {"looser": gone or before, "stricter": new or now}.get(kind, gone | new or now)
        tally.rules.setdefault(kind, Counter()).update(culprits)
        shown = tally.examples.setdefault(kind, [])
        if len(shown) < MAX_EXAMPLES:
            shown.append(
                {
                    "call_id": record["call_id"],
                    "session": record.get("session", ""),
                    "intent": record["intent"],
                    "requested": asked["requested"],
                    "recorded": [asked["decision"], asked["emitted"], sorted(before)],
                    "candidate": [verdict.decision.word, _emitted(verdict), sorted(now)],
                }
            )


def asked_of(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a record holds of a judged call; None where it holds none."""
    if record["type"] == "intent":
        return record
    asked = record.get("asked")
    return None if asked is None else {**asked, "human_yes": False, "at_ms": record["at_ms"]}


def compared(asked: Mapping[str, Any], verdict: Verdict, *, same_rules: bool) -> Kind:
    """How a verdict differs from the recorded one."""
    rank = _RANK[verdict.decision.word] - _RANK[asked["decision"]]
    if rank:
        return "looser" if rank < 0 else "stricter"
    acts = verdict.decision <= Decision.CONFIRM
    same = same_rules and (not acts or sorted(_emitted(verdict)) == sorted(asked["emitted"]))
    return "same" if same else "different"


def tasks_of(files: Iterable[Path]) -> list[Task]:
    """The row groups of Parquet files."""
    _, pq = library()
    return [(str(file), n) for file in files for n in range(pq.ParquetFile(file).num_row_groups)]


def judge_group(vehicle: str, packs: tuple[str, ...] | None, task: Task) -> Tally:
    """Judge one row group; what a process of the fleet does."""
    _, pq = library()
    file, group = task
    table = pq.ParquetFile(file).read_row_group(group, columns=["type", "vehicle", "record"])
    kinds, vehicles, texts = (table.column(n).to_pylist() for n in ("type", "vehicle", "record"))
    candidate, elsewhere = _candidate(vehicle, packs), 0
    records = []
    for kind, whose, text in zip(kinds, vehicles, texts, strict=True):
        if kind == "intent" or (kind == "outcome" and '"asked":' in text):
            if whose == candidate.profile.file.vehicle:
                records.append(from_json(text))
            else:
                elsewhere += 1
    tally = candidate.tally(records)
    tally.elsewhere += elsewhere
    return tally


def judge_fleet(
    files: Iterable[Path],
    vehicle: str,
    packs: Sequence[str] | None,
    *,
    jobs: int = 1,
    cluster: str | None = None,
) -> Tally:
    """Judge every call of Parquet files (`audit export`) with the vehicle's rules, or with `packs` instead.

    `jobs` processes here, or those of a Dask scheduler at `cluster`, which must see the same files.
    """
    one = partial(judge_group, vehicle, None if packs is None else tuple(packs))
    total = Tally()
    with _workers(jobs, cluster) as work:
        for part in work(one, tasks_of(files)):
            total.add(part)
    return total


@contextmanager
def _workers(jobs: int, cluster: str | None) -> Iterator[Any]:
    if cluster is not None:
        try:
            dask = import_module("dask.distributed")
        except ImportError:
            raise ExtraMissing(MISSING) from None
        with dask.Client(cluster) as client:
            yield lambda one, tasks: (
                future.result() for future in dask.as_completed(client.map(one, tasks, pure=False))
            )
    elif jobs > 1:
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:  # pyarrow has threads: never fork
            yield pool.map
    else:
        yield map


@cache
def _candidate(vehicle: str, packs: tuple[str, ...] | None) -> Candidate:
    return Candidate(vehicle, packs)


def _emitted(verdict: Verdict) -> list[list[Any]]:
    return [[action.path, action.value] for action in verdict.emitted]
