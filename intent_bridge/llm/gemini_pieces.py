"""A Gemini call whose arguments come in pieces, each with the path of one value.

    {"functionCall": {"name": "f", "willContinue": true}}
    {"functionCall": {"partialArgs": [{"jsonPath": "$.a", "stringValue": "x", "willContinue": true}],
                      "willContinue": true}}
    {"functionCall": {}}                                                        the end of the call

Strings come in several pieces; any other value is whole. A value that comes twice is refused.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import MAX_DEPTH
from intent_bridge.intents.refusal import quote
from intent_bridge.llm.fields import items, table_of
from intent_bridge.llm.model import RawCall, cut_off

_PATH: Final = re.compile(r"\$(?:\.[^\W\d]\w*|\[\d{1,4}\]|\['[^']+'\])+")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]|\['([^']+)'\]")
_VALUES: Final[Mapping[str, tuple[type, ...]]] = {
    "stringValue": (str,),
    "numberValue": (int, float),
    "boolValue": (bool,),
    "nullValue": (str, type(None)),
}


class GrowingCall:
    """One call while its arguments come in."""

    def __init__(self, call: Mapping[str, Any]) -> None:
        self._name = call.get("name")
        self._id = call.get("id")
        self._arguments: dict[str, Any] = {}
        self._open: str | None = None  # the path of the string that goes on
        self.add(call)

    def add(self, call: Mapping[str, Any]) -> None:
        """Takes the next part of the call; ToolCallError `not_a_message` if it does not belong to it."""
        if call.get("name") not in (None, "", self._name):
            raise ToolCallError("not_a_message", "a call began before the last one had ended; end it first")
        if call.get("args"):
            raise ToolCallError("ambiguous_call", "the arguments came whole and in pieces; send them once")
        for piece in items(call, "partialArgs"):
            self._add_piece(table_of(piece, "a partial argument"))

    def ended(self) -> RawCall:
        """The whole call; ToolCallError `incomplete` if a string of it goes on."""
        if self._open is not None:
            raise cut_off(f"the call ended inside {quote(self._open)}")
        return RawCall(self._name, self._arguments, self._id)

    def _add_piece(self, piece: Mapping[str, Any]) -> None:
        path = str(piece.get("jsonPath"))
        given = [key for key in _VALUES if key in piece]
        if not _PATH.fullmatch(path) or len(given) != 1:
            raise ToolCallError("not_a_message", f"{quote(path)} is no path with one value; send one")
        value = piece[given[0]]
        if type(value) not in _VALUES[given[0]]:
            raise ToolCallError("not_a_message", f"{quote(path)} has a {given[0]} that is none; send one")
        value = None if given == ["nullValue"] else value
        steps = [int(m[2]) if m[2] else m[1] or m[3] for m in _STEP.finditer(path)]
        if len(steps) > MAX_DEPTH:
            raise ToolCallError("too_deep", f"{quote(path)} is too deep; send flat arguments")
        holder = self._holder(steps, path)
        before = _at(holder, steps[-1], path)
        if path == self._open and isinstance(before, str) and isinstance(value, str):
            value = before + value
        elif before is not _NOTHING or self._open is not None:
            raise ToolCallError("not_a_message", f"{quote(path)} does not go on what came last; give it once")
        _put(holder, steps[-1], value)
        self._open = path if piece.get("willContinue") and isinstance(value, str) else None

    def _holder(self, steps: list[int | str], path: str) -> Any:
        """The object or array that the last step leads into; missing ones are made."""
        holder: Any = self._arguments
        for step, following in pairwise(steps):
            inner = _at(holder, step, path)
            if inner is _NOTHING:
                inner = [] if isinstance(following, int) else {}
                _put(holder, step, inner)
            holder = inner
        return holder


_NOTHING: Final = object()


def _at(holder: Any, step: int | str, path: str) -> object:
    """What stands in an object or array, `_NOTHING` where the next value may be put."""
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.get(step, _NOTHING)
    if isinstance(holder, list) and isinstance(step, int) and step <= len(holder):
        return holder[step] if step < len(holder) else _NOTHING
    raise ToolCallError("not_a_message", f"{quote(path)} leads nowhere; send values in their order")


def _put(holder: Any, step: int | str, value: object) -> None:
    if isinstance(holder, list) and step == len(holder):
        holder.append(value)
    else:
        holder[step] = value
