"""The pure pipeline: calls and frames in, effects out. No I/O, no clock."""

from intent_bridge.engine.effects import Answer, Effect, Order, Record, Send
from intent_bridge.engine.engine import Engine
from intent_bridge.engine.routines import check_scenes
from intent_bridge.engine.undo import UndoStep

__all__ = ["Answer", "Effect", "Engine", "Order", "Record", "Send", "UndoStep", "check_scenes"]
