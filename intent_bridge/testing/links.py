"""Buses that are off for a while, in a drive: what the shipped `Watch` makes of it.

A drive without such a fault never comes here, so it costs nothing.
"""

from collections.abc import Callable, Iterable

from intent_bridge.bridge.watch import Watch
from intent_bridge.engine import Effect, Engine
from intent_bridge.profile import Profile
from intent_bridge.transports import Condition, LinkChange
from intent_bridge.types import Frame, RawFrame, Status


class Links:
    """The buses of one engine, from the moment the first of them goes off."""

    def __init__(self, profile: Profile, engine: Engine, off: Iterable[str], now_ms: int) -> None:
        """`off`: buses that are off already, of an engine that was just made."""
        self._engine = engine
        self._watch = Watch(profile, engine, heartbeat_ms=None, now_ms=now_ms)
        self._watch.take([LinkChange(bus, Condition.BUS_OFF) for bus in off], now_ms)
        self.receive: Callable[[RawFrame, int], list[Effect]] = self._watch.receive
        self.check: Callable[[int], list[Effect]] = self._watch.check

    def switch(self, bus: str, off: bool, now_ms: int) -> list[Effect]:
        """A bus goes off, or comes back."""
        return self._watch.take([LinkChange(bus, Condition.BUS_OFF if off else Condition.OK)], now_ms)

    def refuses(self, frame: Frame, call_id: str, now_ms: int) -> list[Effect] | None:
        """What follows when a frame cannot leave now; None when it can. Stops leave a bus that comes back."""
        blocked = self._watch.health.blocked(frame.raw.bus)
        urgent = "permit" not in frame.origins.values()
        if blocked is None or (urgent and blocked is not Condition.BUS_OFF):
            self._watch.sent(frame.message)
            return None
        return self._engine.failed(call_id, now_ms, status=Status.NOT_DELIVERED, code=blocked.value)
