"""MCP `tools/call`: a JSON-RPC request with an id; arguments are an object and may be left out."""

from collections.abc import Mapping

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.door import not_an_object
from intent_bridge.llm.fields import table_of
from intent_bridge.llm.model import Message, RawCall


def read_mcp(value: object) -> Message:
    """The message that one request is. Tools are looked up by the server, so any name is sound here."""
    request = table_of(value, "a request")
    params = request.get("params")
    if (
        request.get("jsonrpc") != "2.0"
        or request.get("method") != "tools/call"
        or not isinstance(params, Mapping)
    ):
        raise ToolCallError("not_a_call", "expected the JSON-RPC 2.0 request tools/call with params; send it")
    if request.get("id") is None:
        raise ToolCallError("no_id", "tools/call without an id is a notification; give it an id")
    arguments = params.get("arguments", {})
    if not isinstance(arguments, Mapping):
        raise not_an_object(arguments)
    return Message((RawCall(params.get("name"), arguments, request["id"]),))
