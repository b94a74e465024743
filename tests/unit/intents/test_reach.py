"""How far a call reaches, whatever its tool is called."""

import pytest

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue
from intent_bridge.intents.reach import reach
from intent_bridge.profile import load_profile
from intent_bridge.types import ToolCall

PROFILE = load_profile("demo_sedan")
CATALOGUE = Catalogue(PROFILE)


def reached(name: str, **arguments: object) -> frozenset[str]:
    call = ToolCall("1", name, arguments)
    return reach(call, PROFILE, CATALOGUE.parse)


@pytest.mark.parametrize(
    ("name", "arguments", "domains"),
    [
        ("set_fan_speed", {"level": 3}, {"climate"}),
        ("adjust_setting", {"setting": "seat_position", "direction": "up"}, {"comfort", "seat"}),
        ("adjust_setting", {"setting": "cabin_temperature", "direction": "up"}, {"comfort", "climate"}),
        ("get_capabilities", {}, {"read"}),
        ("set_seat_massage", {"level": 1, "zone": "rear_left"}, {"seat"}),
    ],
)
def test_a_relative_call_reaches_into_the_domain_of_its_setting(
    name: str, arguments: dict[str, object], domains: set[str]
) -> None:
    assert reached(name, **arguments) == domains


def test_a_scene_reaches_as_far_as_its_steps() -> None:
    for name, scene in PROFILE.file.scenes.items():
        steps = [reached(step.call, **step.arguments) for step in scene.steps]
        assert reached("activate_scene", scene=name) == frozenset(("comfort",)).union(*steps)
    assert any(len(reached("activate_scene", scene=name)) > 2 for name in PROFILE.file.scenes)


def test_a_malformed_call_reaches_nowhere() -> None:
    with pytest.raises(ToolCallError):
        reached("set_fan_speed", level=99)
