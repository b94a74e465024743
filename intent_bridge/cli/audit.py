"""What the verbs of `intent-bridge audit` do."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from intent_bridge.audit import Key, KeyProblem, read, read_key, replay, verify_chain
from intent_bridge.audit.export import ExtraMissing, export
from intent_bridge.audit.fleet import Tally, asked_of, judge_fleet
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.secoc import secoc_options
from intent_bridge.cli.show import console
from intent_bridge.codec import Security
from intent_bridge.guard import Guard, load_packs
from intent_bridge.profile import Profile, load_profile, plain, to_vss

Record = Mapping[str, Any]
PIPED_WIDTH = 240
"""Columns of a table that no terminal bounds."""


def verify_log(log: Path, keys: Sequence[Path], seals: Path | None, *, as_json: bool) -> int:
    """Follow the chain, hold it against its seals."""
    try:
        found = verify_chain(log, tuple(map(_key, keys)), seals)
    except OSError as error:
        raise _unreadable(error) from error
    broken = found.broken
    if as_json:
        where = (
            None if broken is None else {"file": str(found.file), "line": broken.line, "what": broken.what}
        )
        told = {"first": found.first, "last": found.last, "sealed": found.sealed, "broken": where}
        print(json.dumps(told))
    else:
        print(f"records {found.first} to {found.last} follow each other")
        if keys:
            print(f"sealed up to record {found.sealed}; {found.last - found.sealed} after it are not")
        else:
            print("no key given: whether the end was cut off, or all of it written anew, cannot be told")
        if broken is not None:
            print(f"BROKEN at {found.file}:{broken.line}: {broken.what}")
    return Exit.OK if broken is None else Exit.NO


# --- show ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls to show; None lets everything through."""

    call: str | None = None
    intent: str | None = None
    status: str | None = None
    rule: str | None = None
    path: str | None = None

    def wants(self, record: Record) -> bool:
        """Whether a record is one of those."""
        asked = asked_of(record) or {}
        paths = [path for path, _ in asked.get("requested", ())] + list(record.get("confirmed", ()))
        return (
            (self.call is None or record.get("call_id") == self.call)
            and (self.intent is None or record.get("intent") == self.intent)
            and (self.status is None or record.get("status") == self.status)
            and (self.rule is None or self.rule in record.get("rules", ()))
            and (self.path is None or self.path in paths)
        )


def show_log(log: Path, wanted: Filter, last: int, *, as_json: bool) -> int:
    """A table of what happened, or the story of one call."""
    records = [r for r in _records(log) if r["type"] != "session" and wanted.wants(r)][-last:]
    if as_json:
        print(json.dumps(records))
    elif wanted.call is not None:
        for record in records:
            _tell(record, _profile(log))
    else:
        table = Table(box=None)
        for name in ("at", "call", "what", "verdict", "became", "rules", "values"):
            table.add_column(name, overflow="fold")
        for record in records:
            table.add_row(*_row(record))
        out = console()
        if not out.is_terminal:
            out.width = PIPED_WIDTH
        out.print(table)
    return Exit.OK if records else Exit.NO


def _row(record: Record) -> tuple[str, ...]:
    asked = asked_of(record) or {}
    values = record.get("confirmed") or dict(asked.get("emitted", ()))
    begins = "waits" if "held_ms" in record else "begins"
    kinds = {"intent": begins, "start": "begins", "outcome": record.get("status", "")}
    became = kinds.get(record["type"], record["type"])
    code = record.get("code", "")
    return (
        f"{record.get('at_ms', 0) / 1000:.3f}",
        str(record.get("call_id", ""))[:12],
        str(record.get("intent", "")),
        str(asked.get("decision", "")),
        f"{became} ({code})" if code else str(became),
        ", ".join(record.get("rules", ())),
        ", ".join(f"{path.rpartition('.')[2]}={value}" for path, value in values.items()),
    )


def _tell(record: Record, profile: Profile) -> None:
    """One record in words: who asked for what, on which state, by which rules, and what left."""
    out = console()
    out.print(f"{record['at_ms'] / 1000:.3f} s  {record['type']} {record.get('intent', '')}", style="bold")
    asked = asked_of(record) or {}
    if who := asked.get("who"):
        spoilt = ", untrusted text was around" if who["untrusted_text"] else ""
        out.print(f"  asked by      {who['speaker']} in the zone {who['zone']}, by {who['channel']}{spoilt}")
    for label, key in (("wanted", "requested"), ("judged", "emitted")):
        for path, value in asked.get(key, ()):
            out.print(f"  {label:<13} {path} = {_vss(profile, path, value)}")
    if asked:
        out.print(f"  verdict       {asked['decision']}" + (" after a yes" if asked["human_yes"] else ""))
    for rule in record.get("rules", ()):
        out.print(f"  rule          {rule}")
    for path, (value, age_ms, quality, *_) in asked.get("state", {}).items():
        known = "" if quality == "ok" else f", {quality}"
        out.print(
            f"  state         {path} = {_vss(profile, path, value)} ({age_ms} ms old{known})", style="dim"
        )
    for bus, can_id, _, _, data in record.get("frames", ()):
        out.print(f"  frame         {bus} {can_id:03X} {data}", style="cyan")
    for path, value in record.get("confirmed", {}).items():
        out.print(f"  ECU says      {path} = {_vss(profile, path, value)}")
    if status := record.get("status"):
        out.print(f"  became        {status} {record.get('code', '')}".rstrip())


def _vss(profile: Profile, path: str, value: Any) -> str:
    info = profile.sensors.get(path)
    if info is None or value is None:
        return str(value)
    unit = f" {info.quantity.unit}" if info.quantity.unit else ""
    return f"{plain(to_vss(info.quantity, value))}{unit}"


# --- export, replay ------------------------------------------------------------------------------------


def export_logs(logs: Sequence[Path], out: Path, *, as_json: bool) -> int:
    """Write a Parquet file."""
    try:
        done = export(logs, out)
    except ExtraMissing as error:
        raise UsageProblem(str(error), "or read the log itself: it is JSON lines") from error
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    told = {"file": str(out), "records": done.records, "bytes": done.bytes}
    print(json.dumps(told) if as_json else f"{done.records} records in {out} ({done.bytes / 1e6:.1f} MB)")
    return Exit.OK


def replay_logs(logs: Sequence[Path], vehicle: str | None, *, as_json: bool) -> int:
    """Decide every acting call of audit logs again and compare the frames."""
    calls, different, shown = 0, 0, []
    security = Security(secoc_options().get("keys"))
    for log in logs:
        profile = _profile(log, vehicle)
        for result in replay(_records(log), profile, Guard(profile, load_packs(profile)), security):
            calls, different = calls + 1, different + (not result.same)
            if as_json:
                shown.append(
                    {"call_id": result.call_id, "intent": result.intent, "decision": result.decision,
                     "same": result.same, "same_policy": result.same_policy,
                     "recorded": result.recorded, "again": result.again}
                )  # fmt: skip
            elif not result.same:
                print(f"{result.call_id} {result.intent}: {result.decision} now")
                print(f"  recorded {result.recorded}\n  again    {result.again}")
    if as_json:
        print(json.dumps({"calls": calls, "different": different, "results": shown}))
    else:
        print(f"{calls} acting calls decided again, {different} different")
    return Exit.NO if different else Exit.OK


def replay_against(
    logs: Sequence[Path],
    vehicle: str | None,
    packs: Sequence[str],
    *,
    jobs: int,
    cluster: str | None,
    as_json: bool,
) -> int:
    """Judge what was recorded by other packs."""
    parquet = [log for log in logs if log.suffix == ".parquet"]
    plain_logs = [log for log in logs if log.suffix != ".parquet"]
    if vehicle is None and not plain_logs:
        raise UsageProblem("a Parquet file may hold many vehicles", "give --vehicle")
    profile = load_profile(vehicle) if vehicle else _profile(plain_logs[0])
    names = [_placed(profile, name) for name in packs]
    load_packs(profile, names)  # what is wrong with a pack is told before anything is read
    try:
        with tempfile.TemporaryDirectory() as scratch:
            if plain_logs:
                export(plain_logs, made := Path(scratch) / "logs.parquet")
                parquet.append(made)
            tally = judge_fleet(parquet, str(profile.folder), names, jobs=jobs, cluster=cluster)
    except ExtraMissing as error:
        raise UsageProblem(str(error), "for one log, `policy shadow` needs no extra") from error
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    print(json.dumps(tally.data())) if as_json else _print(tally)
    return Exit.OK if tally.judged == tally.kinds["same"] else Exit.NO


def _print(tally: Tally) -> None:
    data = tally.data()
    print(f"{tally.judged} calls judged again")
    for kind in ("looser", "stricter", "different", "same"):
        print(f"  {data[kind]:>9} {kind}")
        for rule, count in data["rules"].get(kind, {}).items():
            print(f"            {count:>9} {rule}")
        for call in data["examples"].get(kind, ())[:1]:
            print(f"            for example {call['intent']} {call['call_id']}")
            print(f"              recorded  {call['recorded']}\n              candidate {call['candidate']}")
    for count, why in (
        (tally.by_history, "not judged: a limit decided, and what was done before is not in the record"),
        (tally.elsewhere, "not judged: of another vehicle"),
    ):
        if count:
            print(f"  {count:>9} {why}")


def _placed(profile: Profile, name: str) -> str:
    """A file as the caller names it, unless it is one of the vehicle's own."""
    own = (profile.folder / name).is_file()
    return str(Path(name).resolve()) if Path(name).is_file() and not own else name


def _records(log: Path) -> Iterator[Record]:
    try:
        yield from read(log)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error


def _profile(log: Path, vehicle: str | None = None) -> Profile:
    named = vehicle or next((str(r["vehicle"]) for r in _records(log) if r["type"] == "session"), None)
    if named is None:
        raise UsageProblem("the log names no vehicle", "give --vehicle")
    return load_profile(named)


def _key(file: Path) -> Key:
    try:
        return read_key(file)
    except OSError as error:
        raise UsageProblem(f"{file}: {error.strerror}", "give the file of a key") from error
    except KeyProblem as error:
        raise UsageProblem(f"{file}: {error}", "a secret of 32 bytes or more, or an Ed25519 key") from error


def _unreadable(error: Exception) -> UsageProblem:
    return UsageProblem(f"the audit log cannot be read: {error}", "give an unbroken log of this library")
