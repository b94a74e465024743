"""Tool calls in and results out, in every dialect models speak; pure functions, no vendor SDK."""

from intent_bridge.llm.single import read_call

__all__ = ["read_call"]
