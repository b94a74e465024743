"""Intents that only look: what the vehicle reports, and what it can do."""

from functools import cache
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from intent_bridge.intents.base import Domain, IntentModel
from intent_bridge.profile.model import Answer

Topic: TypeAlias = Literal["climate", "seat", "adas", "body", "drive"]


class GetVehicleState(IntentModel):
    """Read the present state of the vehicle. Use before answering questions about it; changes nothing."""

    tool: ClassVar[str] = "get_vehicle_state"
    domain: ClassVar[Domain] = "read"
    read_only: ClassVar[bool] = True
    topics: Annotated[
        tuple[Topic, ...], Field(strict=False, min_length=1, max_length=5, description="What to read.")
    ]


class GetCapabilities(IntentModel):
    """List what this vehicle can do: zones, ranges and scenes. Changes nothing."""

    tool: ClassVar[str] = "get_capabilities"
    domain: ClassVar[Domain] = "read"
    read_only: ClassVar[bool] = True


class ReadPaths(IntentModel):
    """What one of the vehicle's own get tools asks for: entries of its answer, read from the state."""

    tool: ClassVar[str] = "read_paths"
    domain: ClassVar[Domain] = "read"
    read_only: ClassVar[bool] = True
    entries: dict[str, Answer]


class Noted(IntentModel):
    """One of the vehicle's own tools that concerns no vehicle: accepted, without effect."""

    tool: ClassVar[str] = "noted"
    domain: ClassVar[Domain] = "read"
    read_only: ClassVar[bool] = True


_TOPICS: tuple[tuple[str, Topic], ...] = (
    ("Vehicle.Cabin.HVAC.", "climate"),
    ("Vehicle.Chassis.SteeringWheel.", "climate"),
    ("Vehicle.Exterior.", "climate"),
    ("Vehicle.Body.Raindetection.", "climate"),
    ("Vehicle.Cabin.Seat.", "seat"),
    ("Vehicle.Occupant.", "seat"),
    ("Vehicle.ADAS.", "adas"),
    ("Vehicle.Cabin.", "body"),
    ("Vehicle.Body.", "body"),
)


@cache
def topic_of(path: str) -> Topic:
    """The topic under which a model finds a path; what is nothing else is about driving."""
    return next((topic for prefix, topic in _TOPICS if path.startswith(prefix)), "drive")
