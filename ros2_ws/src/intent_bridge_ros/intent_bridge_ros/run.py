"""Runs one node until it is told to stop, and leaves with exit code 0 however often it is told.

The textbook way (`rclpy.spin`, default signal handlers) ends with a signal's code when Ctrl-C comes twice.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from typing import Final

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

WAIT_S: Final = 0.1
"""Longest wait of the loop: a Python signal handler runs only between two waits."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def run(make_node: Callable[[], Node], args: Sequence[str] | None = None) -> int:
    """Spin a node in a single-threaded executor. A failing callback is told and does not end the node."""
    stop = threading.Event()
    for number in _SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    node = make_node()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        while not stop.is_set() and rclpy.ok():
            try:
                executor.spin_once(timeout_sec=WAIT_S)
            except ExternalShutdownException:
                break
            except Exception as error:
                node.get_logger().error(f"a callback failed: {error!r}")
                failed = getattr(node, "callback_failed", None)
                if failed is not None:
                    failed(error)
    finally:
        for number in _SIGNALS:  # a second Ctrl-C must not cut the shutdown short
            signal.signal(number, signal.SIG_IGN)
        leave = getattr(node, "leave", None)
        if leave is not None:
            leave()
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
    return 0
