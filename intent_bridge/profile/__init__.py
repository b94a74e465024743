"""One vehicle's data, read and checked: `load_profile(name_or_folder) -> Profile`."""

from .binding import ActuatorInfo, Binding, FactInfo, MessageInfo, Profile, SensorInfo
from .load import data_dir, load_profile, shipped_vehicles
from .once import once
from .values import describe, from_vss, measured, plain, to_vss

__all__ = [
    "ActuatorInfo",
    "Binding",
    "FactInfo",
    "MessageInfo",
    "Profile",
    "SensorInfo",
    "data_dir",
    "describe",
    "from_vss",
    "load_profile",
    "measured",
    "once",
    "plain",
    "shipped_vehicles",
    "to_vss",
]
