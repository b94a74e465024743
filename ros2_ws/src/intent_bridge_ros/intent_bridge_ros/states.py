"""State from topics: typed paths of a robot without CAN, each dated by the stamp of its own message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intent_bridge_msgs.msg import PathState

from intent_bridge_ros.buses import qos_events
from intent_bridge_ros.messages import sample


class States:
    """Listens to `~/path_state` for the paths of buses whose input is `signals`."""

    def __init__(self, node: Any, session: Any, buses: Sequence[str]) -> None:
        self._node, self._session, self._subscription = node, session, None
        sensors = session.profile.sensors
        self._paths = {path: info for path, info in sensors.items() if info.binding.bus in buses}
        self._newest_ms: dict[str, int] = {}
        if not self._paths:
            return
        self._subscription = node.create_subscription(
            PathState,
            "~/path_state",
            self._heard,
            session.listen,
            event_callbacks=qos_events(session.event, "path_state"),
        )

    def close(self) -> None:
        """Listen no more."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)

    def _heard(self, message: PathState) -> None:
        counts, told = self._session.buses.counts, {}
        for value in message.values:
            info = self._paths.get(value.path)
            if info is None:
                counts["unknown_path"] += 1
                continue
            received_ms = self._session.buses.received_ms(info.binding.bus, message.header.stamp)
            if received_ms is None:
                continue
            if received_ms < self._newest_ms.get(value.path, received_ms):
                counts[f"{info.binding.bus}.late"] += 1  # an old message must not speak after a newer one
                continue
            self._newest_ms[value.path] = received_ms
            counts[f"{info.binding.bus}.heard"] += 1
            told[value.path] = sample(info, value, received_ms)
        if told:
            self._session.bridge.take_state(told)
