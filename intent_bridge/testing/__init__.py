"""Fuzz a vehicle: random drives on its simulated ECUs, watched by a monitor that knows only its hazards.

    from intent_bridge.testing import Car, drives, fuzz_machine, rig

`Car` and the monitor need nothing more. The strategies and the state machine need hypothesis, which the
extra `testing` installs; they are imported when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from intent_bridge.testing.car import Car, Rig, rig
from intent_bridge.testing.monitor import Finding, Monitor

if TYPE_CHECKING:
    from intent_bridge.testing.machine import fuzz_machine
    from intent_bridge.testing.strategies import calls, drives, faults, vehicle_states

__all__ = [
    "Car",
    "Finding",
    "Monitor",
    "Rig",
    "calls",
    "drives",
    "faults",
    "fuzz_machine",
    "rig",
    "vehicle_states",
]

_NEED_HYPOTHESIS = {
    "fuzz_machine": "machine",
    "calls": "strategies",
    "drives": "strategies",
    "faults": "strategies",
    "vehicle_states": "strategies",
}


def __getattr__(name: str) -> Any:
    if name not in _NEED_HYPOTHESIS:
        raise AttributeError(f"module `{__name__}` has no `{name}`")
    try:
        return getattr(import_module(f"{__name__}.{_NEED_HYPOTHESIS[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        text = f"`{name}` needs hypothesis: pip install 'intent-bridge[testing]'"
        raise ModuleNotFoundError(text, name="hypothesis") from None
