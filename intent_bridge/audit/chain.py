"""One chain of records in several files: the active log, and the files that were closed before it.

A closed file is named after its last record (`audit.jsonl.000000120000` ends with record 120,000), so that
every record has a number, and a file that is missing leaves a hole that shows.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intent_bridge.audit.log import GENESIS, Broken
from intent_bridge.audit.seals import Key, Seal, read_seals, seals_file

DIGITS = 12
_TAIL = re.compile(rb'"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"}\n\Z')
_HASH_BYTES = len(b',"hash":""}\n') + 64


@dataclass(frozen=True, slots=True)
class Verified:
    """What is sure of a chain: records `first` to `last` follow each other, up to `sealed` under a key."""

    first: int
    last: int
    sealed: int
    broken: Broken | None
    file: Path
    """Where it breaks, or where it ends."""

    @property
    def records(self) -> int:
        """How many records were found sound."""
        return self.last - self.first + 1


def closed_name(path: Path, last: int) -> Path:
    """Where the active file goes when record `last` is its last one."""
    return path.with_name(f"{path.name}.{last:0{DIGITS}}")


def files(path: Path) -> list[Path]:
    """The files of a chain, oldest first; the active one is the last, where it exists."""
    pattern = re.compile(re.escape(path.name) + rf"\.\d{{{DIGITS}}}")
    closed = sorted(p for p in path.parent.glob(f"{path.name}.*") if pattern.fullmatch(p.name))
    return closed + ([path] if path.is_file() else [])


def last_closed(path: Path) -> tuple[int, str]:
    """Number and hash of the last record in closed files; 0 and the genesis hash where there are none."""
    closed = [file for file in files(path) if file != path]
    if not closed:
        return 0, GENESIS
    *_, line = closed[-1].read_bytes().splitlines()
    return _number(closed[-1]), str(json.loads(line)["hash"])


def count_lines(path: Path) -> int:
    """Records in one file."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def read(path: Path, *, last_files: int | None = None) -> Iterator[dict[str, Any]]:
    """The records of all files of a chain, or of the last ones, oldest first.

    ValueError names the file and line where the chain breaks; FileNotFoundError when there is none.
    """
    found = _found(path)
    wanted = found[-last_files:] if last_files else found
    previous = GENESIS if wanted == found and _first(path, found) == 1 else None
    for file in wanted:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                digest, problem = check(line, previous)
                if problem:
                    raise ValueError(f"{file}:{number}: {problem}")
                previous = digest
                yield json.loads(line)


def verify(path: Path) -> tuple[int, Broken | None]:
    """How many records are sound from the start, and where the chain breaks if it does; no key, no seals."""
    found = verify_chain(path)
    return found.records, found.broken


def verify_chain(path: Path, keys: tuple[Key, ...] = (), seals: Path | None = None) -> Verified:
    """Follow a chain from its first record to its last; hold it against its seals where a key is given.

    With a key, what was sealed has to be there: a log cut off before its last seal is broken. `seals` is the
    file of seals, where it is kept elsewhere. FileNotFoundError when there is no log.
    """
    found = _found(path)
    known: dict[int, Seal] = {}
    if keys:
        place = seals or seals_file(path)
        listed, wrong = read_seals(place, keys)
        if wrong is not None:
            return Verified(1, 0, 0, wrong, place)
        known = {seal.count: seal for seal in listed}
    first = _first(path, found)
    number, previous = first - 1, GENESIS if first == 1 else None
    sealed = 0
    for file in found:
        with file.open("rb") as lines:
            for place_in_file, line in enumerate(lines, 1):
                digest, problem = check(line, previous)
                if not problem and previous is None:
                    problem = _moved_away(known, number, line)
                if not problem and (seal := known.get(number + 1)) is not None:
                    if seal.head == digest:
                        sealed = number + 1
                    else:
                        problem = f"is not the record {number + 1} that was sealed"
                if problem:
                    return Verified(first, number, sealed, Broken(place_in_file, problem), file)
                number, previous = number + 1, digest
        if file != path and number != _number(file):
            what = f"ends with record {number} and not {_number(file)}, as its name says"
            return Verified(first, number, sealed, Broken(count_lines(file), what), file)
    missing = max(known, default=0) - number
    if missing > 0:
        what = f"{missing} records that were sealed are missing at the end"
        return Verified(first, number, sealed, Broken(count_lines(found[-1]) + 1, what), found[-1])
    return Verified(first, number, sealed, None, found[-1])


def check(line: bytes, previous: str | None) -> tuple[str, str]:
    """The hash of one line, and what is wrong with it (empty when nothing is).

    `previous`: the hash it has to follow; None where nobody knows it.
    """
    tail = _TAIL.search(line, max(0, len(line) - 160))
    if tail is None:
        return "", "not a record" if line.endswith(b"\n") else "the last line is torn"
    if previous is not None and tail[1].decode() != previous:
        return "", "does not follow the record before it"
    if hashlib.sha256(line[:-_HASH_BYTES] + b"}").hexdigest().encode() != tail[2]:
        return "", "was changed after it was written"
    return tail[2].decode(), ""


def _found(path: Path) -> list[Path]:
    found = files(path)
    if not found:
        raise FileNotFoundError(2, "no such log", str(path))
    return found


def _first(path: Path, found: list[Path]) -> int:
    """The number of the first record that is there."""
    if found[0] == path:
        return 1
    return _number(found[0]) - count_lines(found[0]) + 1


def _moved_away(known: Mapping[int, Seal], number: int, line: bytes) -> str:
    """Records before the first may have been moved away only where a seal stands for the last of them."""
    tail = _TAIL.search(line, max(0, len(line) - 160))
    seal = known.get(number)
    if tail is not None and seal is not None and seal.head == tail[1].decode():
        return ""
    return f"the {number} records before this one are missing, and no seal stands for them"


def _number(closed: Path) -> int:
    return int(closed.name[-DIGITS:])
