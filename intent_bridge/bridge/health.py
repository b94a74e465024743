"""What the bridge knows about its buses: heard lately, silent, or refusing frames."""

from dataclasses import dataclass
from enum import StrEnum

SILENT_MS = 1000
"""A bus with nothing heard for this long is silent; its paths have gone stale long before."""


class Condition(StrEnum):
    """State of one bus, or of the audit file."""

    STARTING = "starting"
    OK = "ok"
    SILENT = "silent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HealthChange:
    """One bus (or `audit`) changed its condition."""

    name: str
    condition: Condition
    detail: str = ""


class Health:
    """Condition of every bus, and what changed since it was last asked."""

    def __init__(self, buses: tuple[str, ...]) -> None:
        self.conditions: dict[str, Condition] = dict.fromkeys(buses, Condition.STARTING)
        self._heard_ms: dict[str, int] = {}
        self._changes: list[HealthChange] = []

    def heard(self, bus: str, now_ms: int) -> None:
        """A frame came in."""
        self._heard_ms[bus] = now_ms
        self._set(bus, Condition.OK)

    def failed(self, name: str, detail: str) -> None:
        """A bus refused a frame, or the audit file a record."""
        self._set(name, Condition.FAILED, detail)

    def check(self, now_ms: int) -> list[HealthChange]:
        """Changes since the last check, silence included."""
        for bus, heard_ms in self._heard_ms.items():
            if now_ms - heard_ms > SILENT_MS and self.conditions[bus] is Condition.OK:
                self._set(bus, Condition.SILENT)
        changes, self._changes = self._changes, []
        return changes

    def _set(self, name: str, condition: Condition, detail: str = "") -> None:
        if self.conditions.get(name) is not condition:
            self.conditions[name] = condition
            self._changes.append(HealthChange(name, condition, detail))
