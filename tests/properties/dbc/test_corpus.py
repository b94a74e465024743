"""`dbc repair` on every DBC file of opendbc and of the cantools source archive.

The files come from where those of the codec's differential test come; without them these tests are skipped.
"""

import importlib.metadata

import cantools
import pytest
from cantools.database.can import Database

from intent_bridge.dbc import lint, load_dbc, repair
from intent_bridge.dbc.statements import split
from intent_bridge.errors import ProfileError
from tests.properties.codec.test_corpus import FILES
from tests.properties.dbc.left_out import invalid_on_purpose, listed

ACCEPTED_MIN = 0.97

every_file = pytest.mark.parametrize(
    ("package", "name"), [(p, n) for p, files in FILES.items() for n in sorted(files)]
)


@pytest.mark.parametrize("package", list(FILES))
def test_what_is_not_accepted_is_listed_with_its_reason(package: str) -> None:
    if not FILES[package]:
        pytest.skip(f"{package}: no DBC files (make corpus fetches them)")
    refused = set()
    for name, text in FILES[package].items():
        try:
            load_dbc(text)
        except ProfileError:
            refused.add(name)
    if importlib.metadata.version(package) == listed(package)["version"]:
        assert refused == invalid_on_purpose(package) | listed(package)["not_accepted"].keys()
    wrong = invalid_on_purpose(package)
    valid = len(FILES[package].keys() - wrong)
    assert 1 - len(refused - wrong) / valid >= ACCEPTED_MIN


@every_file
def test_a_repair_is_complete_and_changes_nothing_sound(package: str, name: str) -> None:
    text = FILES[package][name]
    assert "".join(statement.text for statement in split(text)) == text
    repaired = repair(text)
    assert repair(repaired.text) == (repaired.text, ())
    assert bool(repaired.changes) == (repaired.text != text)
    findings = {(f.line, f.rule) for f in lint(text) if f.level == "repair"}
    assert findings == {(c.line, c.rule) for c in repaired.changes}
    try:
        before = cantools.database.load_string(text, "dbc", strict=False)
    except cantools.Error:
        return
    assert isinstance(before, Database)
    assert said(before) == said(load_dbc(text).database)


def said(database: Database) -> list[object]:
    """Everything that a DBC file says of its messages and signals, as text."""
    signals = [signal for message in database.messages for signal in message.signals]
    return [
        *((m.name, m.frame_id, m.is_extended_frame, m.length, m.cycle_time) for m in database.messages),
        *((m.comment, m.senders, str(m.signal_tree)) for m in database.messages),
        *((s.name, s.start, s.length, s.byte_order, s.is_signed, s.is_float) for s in signals),
        *((s.scale, s.offset, s.minimum, s.maximum, s.unit, str(s.choices)) for s in signals),
        *((s.comment, s.receivers, s.raw_initial, s.multiplexer_ids, s.multiplexer_signal) for s in signals),
    ]
