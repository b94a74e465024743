"""The simulated vehicle as a node: its ECUs on frame topics, or its paths as typed topics."""

from __future__ import annotations

import sys
from typing import Any, Final

from can_msgs.msg import Frame as FrameMessage
from intent_bridge_msgs.msg import ActuatorCommand, PathState, PathValue
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy

from intent_bridge.cli.exits import UsageProblem
from intent_bridge.cli.options import read_state
from intent_bridge.profile import load_profile
from intent_bridge.sim import SimulatedVehicle
from intent_bridge.types import RawFrame
from intent_bridge_ros.buses import FRAMES_DEPTH, FdFrame
from intent_bridge_ros.checked import make
from intent_bridge_ros.clock import NodeClock
from intent_bridge_ros.messages import header, path_value
from intent_bridge_ros.parameters import Spec
from intent_bridge_ros.peers import shield
from intent_bridge_ros.run import run

PERIOD_S: Final = 0.005
LEAP_MS: Final = 1000
"""Time that passes at once (a clock that begins, a bag that starts again) counts at most so much."""
SPECS: Final = (
    Spec("vehicle", "demo_sedan", "A shipped vehicle's name, or its folder."),
    Spec("way", "frames", "What the vehicle speaks.", words=("frames", "signals")),
    Spec("state_period_ms", 50, "With `signals`: time between two states [ms].", low=5, high=1000),
    Spec("mute", [""], "Status messages that are sent no more.", fixed=False),
    Spec("state", [""], "What is true, as PATH=VALUE in VSS units; null stops publication.", fixed=False),
)


class SimEcus(Node):
    """Simulated ECUs. The parameter `state` makes things true while they run."""

    def __init__(self) -> None:
        super().__init__("sim_ecus")
        shield(self)
        for spec in SPECS:
            self.declare_parameter(spec.name, spec.default, spec.descriptor())
        self._profile = load_profile(self.get_parameter("vehicle").value)
        self._clock_ms = NodeClock(self)
        self._seen_ms, self._lived_ms = self._clock_ms.now_ms(), 0
        self._vehicle = SimulatedVehicle(self._profile)
        self._muted: set[str] = set()
        reason = self._apply(self.get_parameter("state").value) or self._mute(
            self.get_parameter("mute").value
        )
        if reason:
            raise SystemExit(f"error: {reason}")
        self.add_on_set_parameters_callback(self._set)
        self._publishers_of: dict[str, Any] = {}
        self._way = self.get_parameter("way").value
        if self._way == "frames":
            self._open_frames()
        else:
            self._states = self.create_publisher(PathState, "intent_bridge/path_state", FRAMES_DEPTH)
            self.create_subscription(ActuatorCommand, "intent_bridge/actuator_command", self._command, 100)
            period_s = self.get_parameter("state_period_ms").value / 1000
            self.create_timer(period_s, self._publish_states)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(PERIOD_S, self._advance, clock=steady)

    def _open_frames(self) -> None:
        qos = QoSProfile(depth=FRAMES_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
        for name, bus in self._profile.file.buses.items():
            kind, suffix = (FdFrame, "_fd") if bus.fd else (FrameMessage, "")
            self._publishers_of[name] = self.create_publisher(kind, f"{name}/from_can_bus{suffix}", qos)
            self.create_subscription(
                kind, f"{name}/to_can_bus{suffix}", lambda message, name=name: self._heard(name, message), qos
            )

    def _heard(self, name: str, message: Any) -> None:
        fd = self._profile.file.buses[name].fd
        length = message.len if fd else message.dlc
        raw = RawFrame(name, message.id, message.is_extended, fd, bytes(message.data[:length]))
        self._vehicle.receive(raw, self._now_ms())
        self._advance()

    def _now_ms(self) -> int:
        """The vehicle's own time, which passes with the node's."""
        now_ms = self._clock_ms.now_ms()
        self._lived_ms += min(now_ms - self._seen_ms, LEAP_MS)
        self._seen_ms = now_ms
        return self._lived_ms

    def _advance(self) -> None:
        for _, raw in self._vehicle.advance(self._now_ms()):
            if self._way == "frames":
                self._publish(raw)

    def _publish(self, raw: RawFrame) -> None:
        fields: dict[str, Any] = {"header": header(self._clock_ms.stamp()), "id": raw.can_id}
        fields["is_extended"] = raw.extended
        if raw.fd:
            message = make(FdFrame, **fields, len=len(raw.data), data=list(raw.data))
        else:
            message = make(FrameMessage, **fields, dlc=len(raw.data), data=list(raw.data.ljust(8, b"\0")))
        self._publishers_of[raw.bus].publish(message)

    # --- typed --------------------------------------------------------------------------------------

    def _publish_states(self) -> None:
        truth = self._vehicle.truth()
        shown = [path for path in self._profile.sensors if self._vehicle.get_state(path) is not None]
        values = [path_value(self._profile, path, truth[path]) for path in shown]
        self._states.publish(make(PathState, header=header(self._clock_ms.stamp()), values=values))

    def _command(self, message: ActuatorCommand) -> None:
        """A robot without CAN takes its target at once; stop and neutral change nothing then."""
        if message.kind != ActuatorCommand.KIND_TARGET:
            return
        value, given = message.target, None
        if value.kind == PathValue.KIND_NUMBER:
            given = value.number
        elif value.kind == PathValue.KIND_BOOLEAN:
            given = value.boolean
        elif value.kind == PathValue.KIND_TEXT:
            given = value.text
        try:
            self._vehicle.set_state(value.path, given)
        except ValueError as error:
            self.get_logger().error(str(error))

    # --- parameters ---------------------------------------------------------------------------------

    def _set(self, parameters: list[Parameter]) -> SetParametersResult:
        actions = {"state": self._apply, "mute": self._mute}
        for one in parameters:
            reason = actions[one.name](one.value) if one.name in actions else ""
            if reason:
                return SetParametersResult(successful=False, reason=reason)
        return SetParametersResult(successful=True)

    def _apply(self, texts: list[str]) -> str:
        try:
            for path, value in read_state([text for text in texts if text]).items():
                self._vehicle.set_state(path, value)
        except (UsageProblem, ValueError) as error:
            return str(error)
        return ""

    def _mute(self, names: list[str]) -> str:
        wanted = {name for name in names if name}
        try:
            for name in wanted - self._muted:
                self._vehicle.mute(name)
            for name in self._muted - wanted:
                self._vehicle.unmute(name)
        except ValueError as error:
            return str(error)
        self._muted = wanted
        return ""


def main(args: list[str] | None = None) -> int:
    """`ros2 run intent_bridge_ros sim_ecus`."""
    return run(SimEcus, args)


if __name__ == "__main__":
    sys.exit(main())
