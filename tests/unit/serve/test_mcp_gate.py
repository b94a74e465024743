"""The guard of somebody else's server: every call has its answer, and only what is permitted is sent."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

pytest.importorskip("mcp")

from intent_bridge.intents import Catalogue
from intent_bridge.profile import from_vss, load_profile
from intent_bridge.serve.mcp_gate import Gate, Permitted
from intent_bridge.types import (
    Channel,
    Outcome,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    Status,
    ToolCall,
)

PROFILE = load_profile("demo_sedan")
DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)
NOBODY = Provenance(Speaker.UNKNOWN, SeatZone.UNKNOWN, Channel.APP)
SPEED = "Vehicle.Speed"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
NOW = 1_000


@pytest.fixture
def gate() -> Gate:
    """A parked car of which everything but the trunk can be sent."""
    sent = {path: object() for path in PROFILE.actuators if "Trunk" not in path}
    made = Gate(PROFILE, Catalogue(PROFILE), cast(Any, SimpleNamespace(actuators=sent)), b"secret")
    told: dict[str, object] = {SPEED: 0, "Vehicle.Powertrain.Transmission.SelectedGear": 126, FAN: 30}
    for path, value in told.items():
        made.state[path] = Sample(from_vss(PROFILE.sensors[path].quantity, cast(Any, value)), NOW, Quality.OK)
    return made


def decided(gate: Gate, name: str, who: Provenance = DRIVER, **arguments: Any) -> Permitted | Outcome:
    return gate.decide(ToolCall("1", name, arguments), who, NOW)


@pytest.mark.parametrize(
    ("name", "arguments", "who", "status", "code"),
    [
        ("set_fan_speed", {"zone": "driver", "level": "much"}, DRIVER, Status.INVALID, "wrong_type"),
        ("set_everything", {}, DRIVER, Status.INVALID, "unknown_tool"),
        ("get_capabilities", {}, DRIVER, Status.NO_ACTION, "report"),
        ("set_window", {"percent": 10}, NOBODY, Status.NEEDS_CHOICE, "which_zone"),
        ("step_cruise_speed", {"direction": "up", "steps": 1}, DRIVER, Status.DENIED, "state_unknown"),
        ("stop_motion", {}, DRIVER, Status.DENIED, "state_unknown"),
        ("set_trunk", {"percent": 100}, DRIVER, Status.NOT_EQUIPPED, "no_actuator"),
    ],
)
def test_what_is_not_sent_has_its_answer(
    gate: Gate, name: str, arguments: dict[str, Any], who: Provenance, status: Status, code: str
) -> None:
    found = decided(gate, name, who, **arguments)
    assert isinstance(found, Outcome) and (found.status, found.code) == (status, code), found


def asked(gate: Gate) -> str:
    """The token of a question."""
    found = decided(gate, "set_emergency_braking", on=False)
    assert isinstance(found, Outcome) and found.confirmation is not None
    return found.confirmation.token


def test_what_was_asked_is_sent_on_a_yes_to_just_that_while_nothing_has_changed(gate: Gate) -> None:
    unknown = gate.confirmed("no-token", True, DRIVER, NOW)
    assert isinstance(unknown, Outcome) and unknown.status is Status.DENIED
    declined = gate.confirmed(asked(gate), False, DRIVER, NOW)
    assert isinstance(declined, Outcome) and declined.code == "declined"
    assert isinstance(gate.confirmed(asked(gate), True, DRIVER, NOW), Permitted)
    token = asked(gate)
    gate.state[SPEED] = Sample(500, NOW, Quality.OK)
    void = gate.confirmed(token, True, DRIVER, NOW)
    assert isinstance(void, Outcome) and (void.status, void.code) == (Status.DENIED, "confirmation_void")


def test_a_car_whose_speed_nobody_tells_counts_as_moving(gate: Gate) -> None:
    assert not gate.moving(NOW)
    assert gate.moving(NOW + 60_000), "what is old is not known"
    gate.state.clear()
    assert gate.moving(NOW)
