"""Tools made from the profile alone, for actuators that no built-in intent covers (fragrance, fridge)."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, create_model

from intent_bridge.intents.base import Domain, IntentModel, Number, OptionalZone, Target
from intent_bridge.profile import ActuatorInfo, Profile
from intent_bridge.profile.model import Quantity

UNIT_FIELDS: Final[Mapping[str, str]] = {
    "Celsius": "celsius",
    "celsius": "celsius",
    "percent": "percent",
    "level": "level",
    "mm": "millimetres",
    "degrees": "degrees",
    "s": "seconds",
    "min": "minutes",
    "km/h": "km_h",
}
"""Unit of a path -> name of the argument, so that the model sees the unit where it writes the number."""

_SEAT = re.compile(r"\bRow[12]\.(DriverSide|PassengerSide)\b")
_STATION = re.compile(r"\bRow[12]\.(Driver|Passenger)\b")


class ProfileTool(IntentModel):
    """A typed tool of one vehicle; its class is made when the vehicle's catalogue is."""

    domain: ClassVar[Domain] = "comfort"


def profile_tools(profile: Profile) -> tuple[type[ProfileTool], ...]:
    """One class for each tool name that actuators of this vehicle carry, in order of name.

    Actuators that share a name are the places of one zoned tool; their paths must differ in the place only.
    Raises ValueError, with a text for the integrator, when they do not.
    """
    groups: dict[str, list[ActuatorInfo]] = {}
    for info in profile.actuators.values():
        if info.spec.tool is not None:
            groups.setdefault(info.spec.tool.name, []).append(info)
    return tuple(_tool(name, infos) for name, infos in sorted(groups.items()))


def _tool(name: str, infos: list[ActuatorInfo]) -> type[ProfileTool]:
    templates = {_STATION.sub("{station}", _SEAT.sub("{seat}", info.path)) for info in infos}
    if len(templates) > 1:
        raise ValueError(
            f"tool {name}: its paths differ in more than the place; give them names of their own"
        )
    template = templates.pop()
    text = infos[0].spec.tool
    assert text is not None
    field, kind = _field(infos[0].spec)
    fields: dict[str, Any] = {"zone": (OptionalZone, None)} if "{" in template else {}
    fields[field] = (kind, ...)
    class_name = "".join(part.title() for part in name.split("_"))
    made = create_model(
        class_name, __base__=ProfileTool, __module__=__name__, __doc__=text.description, **fields
    )
    made.tool = name
    made.targets = (Target(template, field),)
    return made


def _field(quantity: Quantity) -> tuple[str, Any]:
    if quantity.type == "boolean":
        return "on", bool
    if quantity.type == "enum":
        return "choice", str
    assert quantity.unit is not None
    if quantity.unit in UNIT_FIELDS:
        return UNIT_FIELDS[quantity.unit], Number
    return "amount", Annotated[Number, Field(description=f"In {quantity.unit}.")]
