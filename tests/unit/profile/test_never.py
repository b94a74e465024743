"""The never-list holds whatever a profile says, and leaves ordinary equipment alone."""

from collections.abc import Mapping

import pytest

from intent_bridge.profile import load_profile, shipped_vehicles
from intent_bridge.profile.model import Actuator
from intent_bridge.profile.never import Never

from .conftest import Copy

NEVER = Never.load()


def _actuator(command: str = "BODY_CMD.Request", **more: object) -> Actuator:
    plain: Mapping[str, object] = {
        "type": "boolean",
        "command": command,
        "status": "BODY_STATUS.Value",
        "max_age_ms": 1000,
        "confirm_within_ms": 1000,
        "lifetime_ms": 1000,
        "neutral": None,
        "budget": {"changes": 1, "window_ms": 1000},
    }
    return Actuator.model_validate({**plain, **more})


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("Vehicle.Cabin.Seat.Row1.PassengerSide.Airbag.IsEnabled", "airbag"),
        ("Vehicle.Overlay.AirbagsOff", "airbag"),
        ("Vehicle.ADAS.ESC.IsEnabled", "stability"),
        ("Vehicle.ADAS.ABS.IsEnabled", "stability"),
        ("Vehicle.ADAS.TCS.IsEnabled", "stability"),
        ("Vehicle.Overlay.TractionControl", "stability"),
        ("Vehicle.Cabin.Door.Row2.DriverSide.IsChildLockActive", "child_lock"),
        ("Vehicle.Overlay.Childlock", "child_lock"),
        ("Vehicle.Overlay.SteeringLock", "steering_lock"),
        ("Vehicle.ADAS.DMS.IsEnabled", "driver_monitoring"),
        ("Vehicle.Overlay.DriverMonitoring.Level", "driver_monitoring"),
        ("Vehicle.Overlay.HandsOnDetection", "hands_on"),
        ("Vehicle.Chassis.Brake.PedalPosition", "braking"),
        ("Vehicle.Chassis.ParkingBrake.IsEngaged", "braking"),
        ("Vehicle.Chassis.SteeringWheel.Angle", "steering"),
        ("Vehicle.Chassis.Accelerator.PedalPosition", "acceleration"),
        ("Vehicle.Powertrain.Transmission.SelectedGear", "acceleration"),
        ("Vehicle.Speed", "acceleration"),
        ("Vehicle.ADAS.CruiseControl.IsActive", "cruise_engage"),
        ("Vehicle.ADAS.LaneCentering.IsEnabled", "lane_centering"),
        ("Vehicle.Overlay.Summon", "manoeuvre"),
        ("Vehicle.ADAS.ActiveAutonomyLevel", "autonomy"),
    ],
)
def test_a_forbidden_path_is_found(path: str, entry: str) -> None:
    hit = NEVER.forbids(path, _actuator())
    assert hit is not None and hit.id == entry


@pytest.mark.parametrize(
    "property_",
    [
        "SEAT_AIRBAG_ENABLED",
        "ELECTRONIC_STABILITY_CONTROL_ENABLED",
        "DOOR_CHILD_LOCK_ENABLED",
        "STEERING_WHEEL_LOCKED",
        "STEERING_WHEEL_THEFT_LOCK_ENABLED",
        "DRIVER_DROWSINESS_ATTENTION_SYSTEM_ENABLED",
        "DRIVER_DISTRACTION_WARNING_ENABLED",
        "HANDS_ON_DETECTION_ENABLED",
        "CRUISE_CONTROL_COMMAND",
        "LANE_CENTERING_ASSIST_COMMAND",
        "LANE_CENTERING_ASSIST_ENABLED",
        "GEAR_SELECTION",
        "PARKING_BRAKE_ON",
    ],
)
def test_a_forbidden_android_property_is_found_under_a_harmless_path(property_: str) -> None:
    assert NEVER.forbids("Vehicle.Cabin.Comfort", _actuator(vhal={"property": property_}))


@pytest.mark.parametrize(
    "command",
    ["AIRBAG_CMD.Off", "BODY_CMD.ChildLockReq", "BODY_CMD.CHILD_LOCK", "CHASSIS_CMD.BrakeTorqueReq"],
)
def test_a_forbidden_signal_is_found_under_a_harmless_path(command: str) -> None:
    assert NEVER.forbids("Vehicle.Cabin.Comfort", _actuator(command))


def test_a_forbidden_tool_name_is_found() -> None:
    tool = {"name": "set_child_lock", "description": "x"}
    assert NEVER.forbids("Vehicle.Cabin.Comfort", _actuator(tool=tool))


@pytest.mark.parametrize(
    "path",
    [
        "Vehicle.Cabin.Seat.Row1.DriverSide.Position",
        "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked",
        "Vehicle.Chassis.SteeringWheel.HeatingCooling",
        "Vehicle.Chassis.SteeringWheel.Tilt",
        "Vehicle.ADAS.AutomaticEmergencyBraking.IsEnabled",
        "Vehicle.ADAS.CruiseControl.SpeedSet",
        "Vehicle.ADAS.LaneKeepAssist.IsEnabled",
        "Vehicle.ADAS.LaneDepartureDetection.IsEnabled",
        "Vehicle.Powertrain.DriveMode",
        "Vehicle.Overlay.DescentLight",
        "Vehicle.Overlay.TableAbsorber",
    ],
)
def test_ordinary_equipment_and_listed_parameters_pass(path: str) -> None:
    assert NEVER.forbids(path, _actuator()) is None


def test_words_do_not_join_across_names() -> None:
    """`child` ends one name and `lock` begins the next: that is no child lock."""
    assert NEVER.forbids("Vehicle.Cabin.Child", _actuator("LOCK_CMD.Request")) is None


def test_a_profile_with_a_forbidden_actuator_does_not_load(copy: Copy) -> None:
    path = "Vehicle.Cabin.Seat.Row1.PassengerSide.Airbag.IsEnabled"
    copy.replace("profile.yaml", "  Vehicle.ADAS.LaneKeepAssist.IsEnabled:", f"  {path}:")
    (problem,) = copy.problems()
    assert "may never be commanded (airbag)" in problem.what
    assert path in copy.line(problem)


def test_a_sensor_may_read_what_no_actuator_may_command(copy: Copy) -> None:
    copy.replace(
        "profile.yaml",
        "  Vehicle.Cabin.Door.Row1.DriverSide.IsOpen:",
        "  Vehicle.Chassis.ParkingBrake.IsEngaged:",
    )
    assert "Vehicle.Chassis.ParkingBrake.IsEngaged" in load_profile(copy.folder).sensors


def test_no_shipped_vehicle_commands_anything_forbidden() -> None:
    for name in shipped_vehicles():
        profile = load_profile(name)
        assert not [p for p, a in profile.actuators.items() if NEVER.forbids(p, a.spec)]


def test_every_entry_says_why_and_by_which_source_and_forbids_something() -> None:
    for entry in NEVER.entries:
        assert entry.why and entry.source and (entry.paths or entry.words or entry.vhal)
    assert len({entry.id for entry in NEVER.entries}) == len(NEVER.entries)
