"""The node's time for the engine: monotonic milliseconds, or simulated time with `use_sim_time`."""

from __future__ import annotations

import time

from builtin_interfaces.msg import Time
from rclpy.clock import ClockChange, JumpThreshold, TimeJump
from rclpy.duration import Duration
from rclpy.node import Node

from intent_bridge_ros.checked import make


class NodeClock:
    """Never runs backwards; where simulated time does (a bag starts again), `jumped` says so once."""

    def __init__(self, node: Node) -> None:
        self._clock = node.get_clock()
        self._offset_ms, self._last_ms, self._jumped = 0, 0, False
        threshold = JumpThreshold(
            min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=True
        )
        self._handle = self._clock.create_jump_callback(threshold, post_callback=self._note)
        self._simulated = self._clock.ros_time_is_active  # asking costs more than the time of day

    def now_ms(self) -> int:
        """Milliseconds that only grow."""
        if not self._simulated:
            now_ms = time.monotonic_ns() // 1_000_000
        else:
            now_ms = self._clock.now().nanoseconds // 1_000_000
        if now_ms + self._offset_ms < self._last_ms:
            self._offset_ms = self._last_ms - now_ms
        self._last_ms = now_ms + self._offset_ms
        return self._last_ms

    def stamp(self) -> Time:
        """Now, as messages carry it."""
        if self._simulated:
            return self._clock.now().to_msg()
        seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)  # what rclpy's clock says, and slowly
        return make(Time, sec=seconds, nanosec=nanoseconds)

    def age_ms(self, stamp: Time) -> int | None:
        """How old a message is by its own stamp, negative from the future; None without a stamp."""
        nanoseconds = stamp.sec * 1_000_000_000 + stamp.nanosec
        if nanoseconds == 0:
            return None
        return (self._clock.now().nanoseconds - nanoseconds) // 1_000_000

    def jumped(self) -> bool:
        """Whether time was set back, or changed its source, since this was last asked."""
        jumped, self._jumped = self._jumped, False
        return jumped

    def close(self) -> None:
        """Listen to the clock no more."""
        self._handle.unregister()

    def _note(self, jump: TimeJump) -> None:
        if jump.clock_change == ClockChange.ROS_TIME_ACTIVATED:
            self._simulated = True
        elif jump.clock_change == ClockChange.ROS_TIME_DEACTIVATED:
            self._simulated = False
        same = jump.clock_change in (ClockChange.ROS_TIME_NO_CHANGE, ClockChange.SYSTEM_TIME_NO_CHANGE)
        if not same or jump.delta.nanoseconds < 0:
            self._jumped = True
