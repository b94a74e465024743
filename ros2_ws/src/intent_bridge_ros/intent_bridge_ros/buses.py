"""Carries the engine's frames: per bus by python-can, as frame topics, or as typed commands and states."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from can_msgs.msg import Frame as FrameMessage
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import Duration, QoSProfile, ReliabilityPolicy

from intent_bridge.cli.options import read_buses
from intent_bridge.errors import TransportError
from intent_bridge.profile import Profile
from intent_bridge.transports import LinkChange
from intent_bridge.transports.can_bus import CanTransport
from intent_bridge.types import RawFrame
from intent_bridge_ros.checked import MessageError, make
from intent_bridge_ros.clock import NodeClock
from intent_bridge_ros.messages import RCLError, header

try:
    from ros2_socketcan_msgs.msg import FdFrame
except ImportError:  # only CAN FD buses on topics need it
    FdFrame = None

WAYS: Final = ("can", "frames", "signals", "off")
INBOX: Final = 4096
"""Frames waiting to be read; one more pushes out the oldest."""
FRAMES_DEPTH: Final = 500
"""Queue of the frame topics, as ros2_socketcan has it."""


@dataclass(frozen=True)
class BusWay:
    """How one bus is reached. `can` is `INTERFACE:CHANNEL[,OPTION=VALUE]…` where one of the two is `can`."""

    input: str
    output: str
    can: str


def state_qos(deadline_ms: int, lease_ms: int) -> QoSProfile:
    """How state is listened to; 0 asks its publishers for no deadline, or no lease of liveliness."""
    qos = QoSProfile(depth=FRAMES_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
    if deadline_ms:
        qos.deadline = Duration(nanoseconds=deadline_ms * 1_000_000)
    if lease_ms:
        qos.liveliness_lease_duration = Duration(nanoseconds=lease_ms * 1_000_000)
    return qos


def qos_events(say: Callable[[str, str, str], None], name: str) -> SubscriptionEventCallbacks:
    """Events of a subscription, told as (topic, what happened, kind of event)."""
    return SubscriptionEventCallbacks(
        deadline=lambda event: say(name, f"deadline missed {event.total_count} times", "deadline"),
        liveliness=lambda event: say(name, f"{event.alive_count} publishers alive", "liveliness"),
        incompatible_qos=lambda event: say(
            name, f"a publisher's QoS does not match (policy {event.last_policy_kind.name})", "qos"
        ),
        message_lost=lambda event: say(name, f"{event.total_count} messages lost", "lost"),
        matched=lambda event: (
            event.current_count_change < 0
            and say(name, f"a publisher has gone, {event.current_count} left", "matched")
        ),
    )


class Buses:
    """A transport over all buses of a vehicle; what needs waiting is collected by callbacks of the node."""

    def __init__(
        self,
        node: Node,
        profile: Profile,
        ways: Mapping[str, BusWay],
        clock: NodeClock,
        *,
        tolerance_ms: int,
        listen: QoSProfile,
        say: Callable[[str, str, str], None],
    ) -> None:
        self._node, self._profile, self._ways, self._clock = node, profile, ways, clock
        self._tolerance_ms, self._say = tolerance_ms, say
        self._inbox: deque[tuple[int, RawFrame]] = deque(maxlen=INBOX)
        self._newest_ms: dict[tuple[str, int], int] = {}
        self.counts: Counter[str] = Counter()
        self.muted = True
        self._closed = False
        self._publishers: dict[str, Any] = {}
        self._subscriptions: list[Any] = []
        self._can = self._open_can()
        try:
            self._open_topics(listen)
        except BaseException:
            self.close()
            raise

    def _open_can(self) -> CanTransport | None:
        wanted = {n: way.can for n, way in self._ways.items() if "can" in (way.input, way.output)}
        if not wanted:
            return None
        for name, text in wanted.items():
            if not text:
                raise TransportError(f"bus `{name}`: set bus.{name}.can to INTERFACE:CHANNEL")
        buses = read_buses([f"{name}={text}" for name, text in wanted.items()])
        heard: dict[str, list[tuple[int, bool]]] = {name: [] for name in wanted}
        for info in self._profile.messages.values():
            if info.bus in heard:
                heard[info.bus].append((info.can_id, info.extended))
        flexible = [name for name in wanted if self._profile.file.buses[name].fd]
        return CanTransport.open(buses, fd=flexible, listen_to=heard)

    def _open_topics(self, listen: QoSProfile) -> None:
        qos = QoSProfile(depth=FRAMES_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
        for name, way in self._ways.items():
            fd = self._profile.file.buses[name].fd
            if "frames" not in (way.input, way.output):
                continue
            if fd and FdFrame is None:
                raise TransportError(
                    f"bus `{name}` is CAN FD: its topics need the package ros2_socketcan_msgs"
                )
            kind, suffix = (FdFrame, "_fd") if fd else (FrameMessage, "")
            if way.output == "frames":
                self._publishers[name] = self._node.create_publisher(kind, f"{name}/to_can_bus{suffix}", qos)
            if way.input == "frames":
                topic = f"{name}/from_can_bus{suffix}"
                heard = self._heard_fd if fd else self._heard
                self._subscriptions.append(
                    self._node.create_subscription(
                        kind,
                        topic,
                        lambda message, name=name, heard=heard: heard(name, message),
                        listen,
                        event_callbacks=qos_events(self._say, topic),
                    )
                )

    # --- a transport --------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """The node's clock."""
        return self._clock.now_ms()

    def send(self, frame: RawFrame, *, urgent: bool = False) -> None:
        """Hand one frame to its bus, or to the topic that stands for it."""
        if self.muted:
            raise TransportError("the node is not active")
        way = self._ways[frame.bus].output
        if way == "can" and self._can is not None:
            self._can.send(frame, urgent=urgent)
        elif way == "frames":
            self._publish(frame)
        elif way == "off":
            raise TransportError(f"bus `{frame.bus}` has no output; set bus.{frame.bus}.output")
        self.counts[f"{frame.bus}.sent"] += 1

    def receive(self, until_ms: int) -> list[tuple[int, RawFrame]]:
        """What was heard until now; never waits."""
        heard = () if self._can is None else self._can.receive(0)
        if not heard and not self._inbox:
            return []
        frames = list(self._inbox)
        self._inbox.clear()
        if self._can is not None:
            can_ms, now_ms = self._can.now_ms(), self._clock.now_ms()
            for heard_ms, frame in heard:
                if self._ways[frame.bus].input == "can":
                    self.counts[f"{frame.bus}.heard"] += 1
                    frames.append((now_ms - max(0, can_ms - heard_ms), frame))
        frames.sort(key=lambda item: item[0])
        return frames

    def changes(self) -> list[LinkChange]:
        """Conditions that python-can tells; topics have none."""
        return [] if self._can is None else self._can.changes()

    def close(self) -> None:
        """Let go of buses and topics."""
        if self._closed:
            return
        self._closed = True
        if self._can is not None:
            self._can.close()
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    # --- topics -------------------------------------------------------------------------------------

    def received_ms(self, name: str, stamp: Any) -> int | None:
        """When a message was true, on our clock, by its own stamp; None for one that cannot be dated."""
        age_ms = self._clock.age_ms(stamp)
        if age_ms is None:
            self.counts[f"{name}.unstamped"] += 1
            return None
        if age_ms < -self._tolerance_ms:
            self.counts[f"{name}.from_the_future"] += 1
            return None
        return self._clock.now_ms() - max(0, age_ms)

    def _publish(self, frame: RawFrame) -> None:
        if not self._publishers[frame.bus].get_subscription_count():
            raise TransportError(
                f"bus `{frame.bus}`: nobody listens to {self._publishers[frame.bus].topic_name}"
            )
        stamp, data = self._clock.stamp(), frame.data
        fields: dict[str, Any] = {
            "header": header(stamp),
            "id": frame.can_id,
            "is_extended": frame.extended,
        }
        try:
            if frame.fd:
                message = make(FdFrame, **fields, len=len(data), data=list(data))
            else:
                message = make(FrameMessage, **fields, dlc=len(data), data=list(data.ljust(8, b"\0")))
            self._publishers[frame.bus].publish(message)
        except (RCLError, MessageError) as error:
            raise TransportError(f"bus `{frame.bus}` did not take a frame: {error}") from error

    def _heard(self, name: str, message: Any) -> None:
        if message.is_error or message.is_rtr or message.dlc > 8:
            return
        data = bytes(message.data[: message.dlc])
        self._take(name, RawFrame(name, message.id, message.is_extended, False, data), message)

    def _heard_fd(self, name: str, message: Any) -> None:
        if message.is_error or message.len != len(message.data):
            return
        self._take(name, RawFrame(name, message.id, message.is_extended, True, bytes(message.data)), message)

    def _take(self, name: str, frame: RawFrame, message: Any) -> None:
        heard_ms = self.received_ms(name, message.header.stamp)
        if heard_ms is None:
            return
        key = name, frame.can_id
        if key not in self._newest_ms and len(self._newest_ms) >= INBOX:
            self._newest_ms.clear()
        if heard_ms + self._tolerance_ms < self._newest_ms.get(key, heard_ms):
            self.counts[f"{name}.late"] += 1  # an old frame must not speak after a newer one
            return
        self._newest_ms[key] = max(heard_ms, self._newest_ms.get(key, heard_ms))
        if len(self._inbox) == INBOX:
            self.counts[f"{name}.overflow"] += 1
        self.counts[f"{name}.heard"] += 1
        self._inbox.append((heard_ms, frame))
