"""Every DBC file of the PyPI packages opendbc and cantools (its sdist): the same values, the same bytes.

The packages are not needed to work on this project; without them these tests are skipped. What cantools
or our codec refuses is listed with its reason in `tests/data/dbc_refused.yaml`; any change shows there.
After a deliberate one: `python -m tests.properties.codec.test_corpus` writes the list anew.
"""

import importlib.metadata
import importlib.util
import os
import random
import tarfile
from collections.abc import Mapping
from pathlib import Path

import cantools
import pytest
from cantools.database.can import Database
from cantools.database.errors import Error
from ruamel.yaml import YAML

from intent_bridge.codec.plan import Plan
from intent_bridge.dbc import repair
from intent_bridge.errors import SignalError
from tests.properties.codec.differential import compare, without_values

LIST = Path(__file__).parents[2] / "data" / "dbc_refused.yaml"
ROUNDS = int(os.environ.get("DBC_ROUNDS", "6"))
"""Random frames and values per message."""
SDIST = Path(os.environ.get("CANTOOLS_SDIST", "build/cantools.tar.gz"))
"""The source archive of cantools as PyPI has it."""

Refused = dict[str, str]
"""Message name, or `*` for the whole file, and why it was not compared, or not in both directions."""


def opendbc_files() -> dict[str, str]:
    """Name and text of every DBC file that opendbc ships or generates; none when it is not installed."""
    if importlib.util.find_spec("opendbc") is None:
        return {}
    opendbc = importlib.import_module("opendbc")

    shipped = {p.name: _text(p.read_bytes()) for p in Path(opendbc.DBC_PATH).rglob("*.dbc")}
    return shipped | {f"{name}.dbc": text for name, text in opendbc.get_generated_dbcs().items()}


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def cantools_files() -> dict[str, str]:
    """Name and text of every DBC file in the source archive of cantools; none when it is not there."""
    found: dict[str, str] = {}
    if SDIST.is_file():
        with tarfile.open(SDIST) as archive:
            for member in archive.getmembers():
                if member.name.lower().endswith(".dbc") and (file := archive.extractfile(member)):
                    name = member.name.split("/", 1)[1]
                    found[name] = _text(file.read())
    return found


FILES: Mapping[str, Mapping[str, str]] = {"opendbc": opendbc_files(), "cantools": cantools_files()}


def load(text: str) -> Database:
    """Read a DBC file, messages with overlaps included; one that cantools refuses is repaired first."""
    for attempt in (text, repair(text).text):
        for strict in (True, False):
            try:
                loaded = cantools.database.load_string(attempt, "dbc", strict=strict)
            except Error as error:
                refused = error
                continue
            assert isinstance(loaded, Database)
            return loaded
    raise refused


def examine(text: str, rounds: int) -> Refused:
    """Compare all messages of a file; what was refused, and why."""
    try:
        database = load(text)
    except Error as error:
        return {"*": " ".join(str(error).split())[:120]}
    refused: Refused = {}
    for message in database.messages:
        try:
            plan = Plan(message)
        except SignalError as error:
            refused[message.name] = str(error)
            with pytest.raises(Error):  # we are not stricter than the reference
                message.refresh(strict=True)
            continue
        compare(message, plan, random.Random(message.name), rounds)
        if empty := without_values(message):
            refused[message.name] = f"decoded only: no number lies in the range of {', '.join(empty)}"
    return refused


@pytest.mark.parametrize("package", list(FILES))
def test_the_packages_files_are_here(package: str) -> None:
    if not FILES[package]:
        pytest.skip(f"{package}: no DBC files (pip install opendbc; CANTOOLS_SDIST=cantools-….tar.gz)")
    assert len(FILES[package]) > 80


@pytest.mark.parametrize(("package", "name"), [(p, n) for p, files in FILES.items() for n in sorted(files)])
def test_our_codec_and_cantools_agree_on_every_message(package: str, name: str) -> None:
    listed = YAML(typ="safe").load(LIST)[package]
    refused = examine(FILES[package][name], ROUNDS)
    if importlib.metadata.version(package) == listed["version"]:
        assert refused == listed["refused"].get(name, {})


def _write_list() -> None:
    found = {
        package: {
            "version": importlib.metadata.version(package),
            "refused": {n: r for n, text in sorted(files.items()) if (r := examine(text, 1))},
        }
        for package, files in FILES.items()
    }
    with LIST.open("w", encoding="utf-8") as out:
        out.write(
            "# Messages that are not compared, or not in both directions, unreadable files (*), and why.\n"
        )
        YAML().dump(found, out)


if __name__ == "__main__":
    _write_list()
