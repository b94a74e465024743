"""Whatever a shipped vehicle and its rules can bring up has a text in every language."""

import re

import pytest

from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile, shipped_vehicles
from intent_bridge.texts import FOLDER, Texts
from intent_bridge.texts.words import Words


@pytest.mark.parametrize("vehicle", shipped_vehicles())
def test_every_setting_value_and_rule_has_a_text_in_every_language(vehicle: str) -> None:
    profile = load_profile(vehicle)
    rules = load_packs(profile)
    keys = {rule.text.reason_key for bound in rules.rules.values() for rule in bound}
    assert Texts(profile).missing(keys) == []


@pytest.mark.parametrize("vehicle", shipped_vehicles())
def test_no_rule_text_gives_a_threshold_away(vehicle: str) -> None:
    files = [*FOLDER.glob("*/rules.ftl"), *(load_profile(vehicle).folder / "texts").glob("*.ftl")]
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("reason-"):
                assert not re.search(r"\d", line.partition("=")[2]), f"{file.name}: {line}"


def test_every_text_of_the_guard_itself_is_there() -> None:
    for folder in FOLDER.iterdir():
        words = Words(folder.name, sorted(folder.glob("*.ftl")), "left")
        for key in (
            "no-actuator",
            "no-such-value",
            "two-values",
            "policy-changed",
            "clamp-conflict",
            "require-conflict",
        ):
            assert words.has(f"reason-{key}"), f"{folder.name}: {key}"
