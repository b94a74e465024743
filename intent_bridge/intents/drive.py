"""Intents about how the car drives as a whole."""

from typing import Annotated, ClassVar

from intent_bridge.intents.base import Domain, IntentModel, Target, words


class SetDriveMode(IntentModel):
    """Choose the drive mode."""

    tool: ClassVar[str] = "set_drive_mode"
    domain: ClassVar[Domain] = "drive"
    targets: ClassVar = (Target("Vehicle.Powertrain.DriveMode", "mode"),)
    mode: Annotated[str, words("eco", "normal", "comfort", "sport", "individual", "snow")]
