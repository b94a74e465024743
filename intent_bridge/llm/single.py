"""One tool call, already isolated by the host, in whichever dialect it is written.

{"id", "type": "function", "function": {"name", "arguments"}}      OpenAI Chat, Ollama, DashScope
{"type": "function_call", "call_id", "name", "arguments"}          OpenAI Responses
{"type": "tool_use", "id", "name", "input"}                        Anthropic
{"functionCall": {"name", "args", "id"}}                           Gemini
{"toolUse": {"toolUseId", "name", "input"}}                        Bedrock
{"jsonrpc", "id", "method": "tools/call", "params": {…}}           MCP
{"function_call": {"name", "arguments"}}                           OpenAI before tools
{"name", "arguments" | "parameters" | "args" | "input", "id"?}     bare
"""

from collections.abc import Mapping
from typing import Any

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import UNSURE, read_plain
from intent_bridge.llm import door
from intent_bridge.types import ToolCall

MAX_NAME_CHARACTERS = 128
"""Longest tool name of the dialects is 64 (OpenAI, Gemini) to 128 (Anthropic, MCP)."""

ARGUMENT_KEYS = ("arguments", "parameters", "args", "input")
_TYPES = (None, "function", "function_call", "tool_use", "tool_call", "tool-call")
_OTHER_KEYS = frozenset(ARGUMENT_KEYS[1:])
_INNER = ("function", "functionCall", "function_call", "toolUse")
_ENVELOPES = frozenset((*_INNER, "jsonrpc", "method"))


def read_call(raw: object) -> ToolCall:
    """Return the one call that `raw` (JSON text, mapping, or an SDK's object) holds.

    A call that carries no id gets the id "": its session mints one. Raises ToolCallError (what the model
    must mend) and nothing else. Nothing is repaired; names and arguments are not checked against any schema.
    """
    if isinstance(raw, ToolCall):
        return ToolCall(raw.id, check_name(raw.name), door.read_arguments(raw.arguments))
    value = read_plain(raw)
    plain = value is not UNSURE
    if not plain:
        value = door.read_message(raw)
    if not isinstance(value, dict):
        raise ToolCallError(
            "not_a_call", f"expected a tool call object, got {door.kind(value)}; send one call"
        )
    id_, name, arguments = _open_envelope(value)
    if not (plain and type(arguments) is dict):  # else it has been read, part of a plain text, for this call
        arguments = door.read_arguments(arguments)
    return ToolCall(check_id(id_), check_name(name), arguments)


def check_name(name: object) -> str:
    """Return a tool name that can be one: 1 to 128 characters, printable, no markup; else ToolCallError."""
    if type(name) is str and len(name) <= MAX_NAME_CHARACTERS and name.isascii() and name.isidentifier():
        return name  # as most are
    if not isinstance(name, str) or not name.strip():
        raise ToolCallError("no_name", "the call has no tool name; name one of the tools you were given")
    if len(name) > MAX_NAME_CHARACTERS or not name.isprintable() or "<" in name or ">" in name:
        raise ToolCallError(
            "bad_name", "the tool name is too long or holds markup; name one of the tools you were given"
        )
    return name


def check_id(id_: object) -> str:
    """A call id as text ("" if there is none; MCP allows integers); ToolCallError on any other type."""
    if id_ is None:
        return ""
    if isinstance(id_, bool) or not isinstance(id_, str | int):
        raise ToolCallError("bad_id", f"the call id is {door.kind(id_)}; use a string", "id")
    return str(id_)


def _open_envelope(call: Mapping[str, Any]) -> tuple[object, object, object]:
    """Return (id, name, arguments) as they stand in whichever envelope this is."""
    if len(call) == 2 + ("id" in call) and "name" in call and "arguments" in call:
        return call.get("id"), call["name"], call["arguments"]  # bare, and nothing else: as most are
    if _ENVELOPES.isdisjoint(call):
        return _open_bare(call)
    if "jsonrpc" in call or "method" in call:
        return _open_mcp(call)
    kinds = [key for key in _INNER if isinstance(call.get(key), Mapping)]
    if len(kinds) > 1:
        raise ToolCallError("ambiguous_call", f"the call has both {' and '.join(kinds)}; send one of them")
    if kinds:
        inner: Mapping[str, Any] = call[kinds[0]]
        if kinds == ["function"] and call.get("type") not in (None, "function"):
            raise ToolCallError(
                "unsupported_type",
                f"call type {call['type']!r} is not supported; use a function call",
                "type",
            )
        id_ = next(
            (v for v in (inner.get("id"), inner.get("toolUseId"), call.get("id")) if v is not None), None
        )
        optional = kinds == ["functionCall"] or "args" in inner
        return id_, inner.get("name"), _arguments(inner, optional=optional)
    return _open_bare(call)


def _open_bare(call: Mapping[str, Any]) -> tuple[object, object, object]:
    if "type" in call and call["type"] not in _TYPES:
        raise ToolCallError(
            "unsupported_type", f"call type {call['type']!r} is not supported; use a function call", "type"
        )
    if call.get("status") not in (None, "completed"):
        raise ToolCallError(
            "incomplete", f"the call has status {call['status']!r}; send it when it is completed", "status"
        )
    if "name" not in call:
        raise ToolCallError(
            "not_a_call", "the object is not a tool call; send one call with a name and arguments"
        )
    call_id = call.get("call_id")
    id_ = call.get("id") if call_id is None else call_id
    return id_, call["name"], _arguments(call, optional=False)


def _open_mcp(call: Mapping[str, Any]) -> tuple[object, object, object]:
    params = call.get("params")
    if call.get("method") != "tools/call" or call.get("jsonrpc") != "2.0" or not isinstance(params, Mapping):
        raise ToolCallError(
            "not_a_call",
            "the JSON-RPC message is not a tools/call request; send method tools/call with params",
        )
    if call.get("id") is None:
        raise ToolCallError(
            "no_id", "tools/call has no id, so it is a notification and cannot be answered; add an id", "id"
        )
    arguments = params.get("arguments", {})
    if not isinstance(arguments, Mapping):
        raise door.not_an_object(arguments)
    return call["id"], params.get("name"), arguments


def _arguments(call: Mapping[str, Any], *, optional: bool) -> object:
    """Return the arguments under whichever key they have; two of the keys at once are refused."""
    if "arguments" in call and _OTHER_KEYS.isdisjoint(call) and not optional:
        return call["arguments"]
    present = [key for key in ARGUMENT_KEYS if key in call]
    if len(present) > 1:
        raise ToolCallError(
            "ambiguous_call", f"the call has both {' and '.join(present)}; send arguments once"
        )
    if present:
        return call[present[0]] if not (optional and call[present[0]] is None) else {}
    if optional:
        return {}
    raise ToolCallError(
        "no_arguments", "the call has no arguments; send an object, {} if the tool takes none"
    )
