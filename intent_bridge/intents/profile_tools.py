"""Tools made from the profile alone, for actuators that no built-in intent covers (fragrance, fridge)."""

from typing import ClassVar

from .base import Domain, IntentModel


class ProfileTool(IntentModel):
    """A typed tool of one vehicle; its class is made when the vehicle's catalogue is."""

    domain: ClassVar[Domain] = "comfort"
