"""Tool calls in and results out, in every dialect that models speak; pure functions, no vendor SDK."""

from intent_bridge.llm.model import OpenCall, ParsedCall, ReadError, ReadResult
from intent_bridge.llm.reader import StreamReader, read
from intent_bridge.llm.single import read_call

__all__ = ["OpenCall", "ParsedCall", "ReadError", "ReadResult", "StreamReader", "read", "read_call"]
