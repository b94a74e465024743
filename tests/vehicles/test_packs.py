"""What the rules of every shipped vehicle must be: documented, of every effect, free of warnings."""

from collections import Counter

import pytest

from intent_bridge.guard import load_packs
from intent_bridge.profile import load_profile, shipped_vehicles


@pytest.mark.parametrize("vehicle", shipped_vehicles())
def test_the_vehicle_has_every_sensor_its_rules_read(vehicle: str) -> None:
    assert load_packs(load_profile(vehicle)).warnings == ()


def test_demo_sedan_has_at_least_thirty_rules_and_every_effect() -> None:
    rules = load_packs(load_profile("demo_sedan")).rules
    texts = {rule.text.id: rule.text for bound in rules.values() for rule in bound}
    assert len(texts) >= 30
    assert set(Counter(text.effect for text in texts.values())) == {
        "clamp",
        "confirm",
        "deny",
        "defer",
        "watch",
        "limit",
        "require",
    }


def test_no_rule_of_our_own_making_claims_to_have_been_read_somewhere() -> None:
    rules = load_packs(load_profile("demo_sedan")).rules
    texts = {rule.text for bound in rules.values() for rule in bound}
    ours = [text for text in texts if text.source.startswith("nobody's rule but ours")]
    assert ours
    assert {text.verified for text in ours} == {"memory"}
    assert {text.basis for text in ours} == {"design"}
