"""`dbc map` on opendbc's files: what it finds of signals labelled by hand; nothing unsafe is proposed."""

from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from intent_bridge.dbc import load_dbc
from intent_bridge.dbc.vss import Draft, draft, profile_text
from intent_bridge.errors import ProfileError
from intent_bridge.profile.never import Never
from tests.properties.codec.test_corpus import FILES

LABELS = Path(__file__).parents[2] / "data" / "vss_opendbc.yaml"
OPENDBC = FILES["opendbc"]


def mapped(name: str) -> Draft:
    return draft({"car": load_dbc(OPENDBC[name]).database})


def test_what_was_labelled_by_hand_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    if not OPENDBC:
        pytest.skip("opendbc: no DBC files (make corpus fetches them)")
    labels: dict[str, dict[str, list[str]]] = YAML(typ="safe").load(LABELS)
    found: Counter[tuple[str, bool]] = Counter()
    for name, paths in labels.items():
        entries = {entry.path: entry for entry in mapped(name).entries}
        for path, right in paths.items():
            entry = entries.get(f"Vehicle.{path}")
            if entry is None or entry.status is None:
                found["missed", False] += 1
            else:
                found[entry.confidence, entry.status.ref in right] += 1
    told = {
        level: (found[level, True], found[level, True] + found[level, False])
        for level in ("sure", "likely", "guess")
    }
    with capsys.disabled():
        print(
            f"\nopendbc, {found.total()} labelled: {found['missed', False]} missed; right of those told:",
            end="",
        )
        print("".join(f" {level} {right} of {all_}" for level, (right, all_) in told.items()))
    assert sum(right for right, _ in told.values()) >= 0.85 * found.total()
    assert all(correct >= 0.95 * all_ for level, (correct, all_) in told.items() if level != "guess")


@pytest.mark.parametrize("name", sorted(OPENDBC))
def test_every_proposal_reads_as_yaml_and_proposes_nothing_forbidden(name: str) -> None:
    try:
        found = mapped(name)
    except ProfileError:
        return  # listed in dbc_left_out.yaml
    data = YAML(typ="safe").load(profile_text(found, {"car": Path(name)}))
    assert {"vehicle", "buses", "messages", "sensors", "actuators"} <= data.keys()
    never = Never.load()
    for path, spec in data["actuators"].items():
        assert never.forbidding(path, (spec["command"],), spec.get("vhal", {}).get("property", "")) is None
        assert spec["lifetime_ms"] == spec["confirm_within_ms"] == "TODO"  # no safety number is made up
