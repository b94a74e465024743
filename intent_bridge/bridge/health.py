"""What the bridge knows about its buses: heard lately, silent, or unable to carry commands, and why."""

from dataclasses import dataclass
from typing import Final

from intent_bridge.transports import Condition
from intent_bridge.transports.condition import DEAD

__all__ = ["HOST", "SILENT_MS", "Condition", "Health", "HealthChange"]

SILENT_MS: Final = 1000
"""A bus with nothing heard for this long is silent; its paths have gone stale long before."""
HOST: Final = "host"
"""Name under which the host program's heartbeat is reported."""


@dataclass(frozen=True, slots=True)
class HealthChange:
    """One bus (or `audit`, or `host`) changed its condition."""

    name: str
    condition: Condition
    detail: str = ""


@dataclass(slots=True)
class _Bus:
    """What is known of one bus, from several sides."""

    link: Condition = Condition.OK
    detail: str = ""
    refused: str = ""
    """Why it refused a frame, where the transport has no word of its own; until something is heard."""
    second_sender: str = ""
    recovering: bool = False
    heard_ms: int | None = None
    silent: bool = False

    def shown(self) -> tuple[Condition, str]:
        """The weightiest of all, with what is known of it."""
        if self.link in DEAD:
            return self.link, self.detail
        if self.refused:
            return Condition.FAILED, self.refused
        if self.second_sender:
            return Condition.SECOND_SENDER, self.second_sender
        if self.recovering:
            return Condition.RECOVERING, ""
        if self.link is not Condition.OK:
            return self.link, self.detail
        if self.heard_ms is None:
            return Condition.STARTING, ""
        return (Condition.SILENT, f"nothing heard for {SILENT_MS} ms") if self.silent else (Condition.OK, "")


class Health:
    """Condition of every bus, and what changed since it was last asked."""

    def __init__(self, buses: tuple[str, ...]) -> None:
        self.conditions: dict[str, Condition] = dict.fromkeys(buses, Condition.STARTING)
        self._buses = {name: _Bus() for name in buses}
        self._changes: list[HealthChange] = []

    def heard(self, bus: str, now_ms: int) -> None:
        """A frame came in."""
        one = self._buses[bus]
        one.heard_ms, one.silent, one.refused = now_ms, False, ""
        self._show(bus)

    def link(self, bus: str, condition: Condition, detail: str) -> bool:
        """The transport's own word; true when a bus that was dead is usable again."""
        one = self._buses[bus]
        back = one.link in DEAD and condition not in DEAD
        one.link, one.detail = condition, detail
        self._show(bus)
        return back

    def refused(self, bus: str, detail: str) -> Condition:
        """A frame did not leave; the condition to name as the reason."""
        one = self._buses[bus]
        if one.shown()[0] not in BLOCKING:
            one.refused = detail
        self._show(bus)
        return self.conditions[bus]

    def second_sender(self, bus: str, detail: str) -> None:
        """Somebody else sends a command of ours on this bus; empty when it has stopped."""
        self._buses[bus].second_sender = detail
        self._show(bus)

    def recovering(self, bus: str, on: bool) -> None:
        """The bus is back, its state is being read anew; or that is finished."""
        self._buses[bus].recovering = on
        self._show(bus)

    def name(self, name: str, condition: Condition, detail: str = "") -> None:
        """The condition of something that is no bus: the audit file, the host."""
        if self.conditions.get(name) is not condition:
            self.conditions[name] = condition
            self._changes.append(HealthChange(name, condition, detail))

    def blocked(self, bus: str) -> Condition | None:
        """Why no command may be sent on this bus now; None when it may. Stops are always tried."""
        condition = self.conditions[bus]
        return condition if condition in BLOCKING else None

    def check(self, now_ms: int) -> list[HealthChange]:
        """Changes since the last check, silence included."""
        for name, bus in self._buses.items():
            if bus.heard_ms is not None and now_ms - bus.heard_ms > SILENT_MS:
                bus.silent = True
                self._show(name)
        changes, self._changes = self._changes, []
        return changes

    def _show(self, bus: str) -> None:
        self.name(bus, *self._buses[bus].shown())


BLOCKING: Final = DEAD | {Condition.SECOND_SENDER, Condition.RECOVERING, Condition.SILENT}
"""Conditions in which commands are kept back."""
