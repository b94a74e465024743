"""What the node says of its health, in the form of diagnostic_updater: buses, ECUs, pack and queues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from intent_bridge.bridge import Condition
from intent_bridge.guard import usable
from intent_bridge.types import Quality
from intent_bridge_ros.buses import BusWay
from intent_bridge_ros.checked import make
from intent_bridge_ros.messages import RCLError, clean, header

OK, WARN, ERROR, STALE = (
    DiagnosticStatus.OK,
    DiagnosticStatus.WARN,
    DiagnosticStatus.ERROR,
    DiagnosticStatus.STALE,
)


class Diagnostics:
    """Publishes on `/diagnostics`; the parameter `diagnostics_period_s` says how often."""

    def __init__(self, node: Any, session: Any, ways: Mapping[str, BusWay]) -> None:
        self._node, self._session, self._ways = node, session, ways
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self._timer = node.create_timer(session.parameters["diagnostics_period_s"], self._publish)
        self._name = node.get_fully_qualified_name().lstrip("/")  # of several vehicles each says which
        self._ecus: dict[str, list[str]] = {}
        profile = session.profile
        for path, info in profile.sensors.items():
            senders = profile.messages[info.binding.message].dbc.senders
            self._ecus.setdefault(senders[0] if senders else info.binding.message, []).append(path)

    def close(self) -> None:
        """Say no more."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def _publish(self) -> None:
        stamp = self._session.clock.stamp()
        status = [*self._buses(), *self._ecu_states(), self._pack(), self._queues()]
        try:
            self._publisher.publish(make(DiagnosticArray, header=header(stamp), status=status))
        except RCLError as error:
            self._node.get_logger().warning(f"diagnostics were lost: {error}", throttle_duration_sec=10.0)

    def _status(
        self, task: str, level: bytes, message: str, where: str, **values: object
    ) -> DiagnosticStatus:
        pairs = [make(KeyValue, key=key, value=clean(str(value), 500)) for key, value in values.items()]
        name = f"{self._name}: {task}"
        return make(
            DiagnosticStatus, name=name, level=level, message=message, hardware_id=where, values=pairs
        )

    def _buses(self) -> list[DiagnosticStatus]:
        session, found = self._session, []
        counts = session.buses.counts
        for name, way in self._ways.items():
            condition = session.bridge.health.conditions[name]
            level = OK if condition is Condition.OK else WARN if condition is Condition.STARTING else ERROR
            events = self._events(lambda topic, name=name: topic.split("/")[0] == name)
            refused = {
                key: counts[f"{name}.{key}"] for key in ("unstamped", "from_the_future", "late", "overflow")
            }
            if level == OK and any(refused.values()):
                level = WARN
            said = {"input": way.input, "output": way.output, "events": events, **refused}
            moved = {"heard": counts[f"{name}.heard"], "sent": counts[f"{name}.sent"]}
            where = way.can or f"{name}/from_can_bus"
            found.append(self._status(f"bus {name}", level, condition.value, where, **moved, **said))
        return found

    def _events(self, of: Callable[[str], bool]) -> str:
        """What was said last of some topics."""
        said = self._session.events.items()
        return "; ".join(f"{topic}: {what}" for (topic, _), what in said if of(topic))

    def _ecu_states(self) -> list[DiagnosticStatus]:
        engine, sensors = self._session.bridge.engine, self._session.profile.sensors
        now_ms, found = self._session.clock.now_ms(), []
        for ecu, paths in self._ecus.items():
            why = {p: usable(engine.state.get(p), sensors[p], now_ms)[1] for p in paths}
            bad = {path: quality for path, quality in why.items() if quality is not Quality.OK}
            level = OK if not bad else STALE if len(bad) == len(paths) else WARN
            message = f"{len(paths) - len(bad)} of {len(paths)} paths known"
            shown = {path: quality.value for path, quality in list(bad.items())[:20]}
            found.append(self._status(f"ecu {ecu}", level, message, ecu, **shown))
        return found

    def _pack(self) -> DiagnosticStatus:
        rules, proof = self._session.bridge.engine.guard.rules, self._session.certificate
        packs = ", ".join(f"{s.header.name} {s.header.version}" for s in rules.sources)
        level, message = (OK, "proved") if proof is not None else (WARN, "not proved on this machine")
        return self._status("pack", level, message, "", policy=rules.digest, packs=packs)

    def _queues(self) -> DiagnosticStatus:
        session = self._session
        lost = session.lost
        state = "active" if session.parameters.active else "inactive"
        return self._status(
            "queue",
            WARN if lost else OK,
            state,
            "",
            **session.load(),
            verdicts=session.sequences["verdict"],
            outcomes=session.sequences["outcome"],
            lost_publications=lost,
            events=self._events(lambda topic: topic.split("/")[0] not in self._ways),
        )
