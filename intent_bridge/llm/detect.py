"""Which dialect a whole answer is in, by marks that no other dialect has."""

import re
from collections.abc import Mapping
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.llm.dialects import DIALECTS, Dialect
from intent_bridge.llm.door import read_message

_SSE: Final = re.compile(r"\s*(?:(?:data|event|id|retry):|:)")
_DATA: Final = re.compile(r"^data:[ \t]*(\{.*)$", re.MULTILINE)
_TEXT_MARKS: Final = (
    ("<function=", "qwen3_coder_xml"),
    ("<tool_call>", "hermes_tool_call"),
    ("<tools>", "qwen25_coder_tools_tag"),
    ("✿FUNCTION✿", "qwen_agent_flower"),
    ("[TOOL_CALLS]", "mistral_tool_calls"),
    ("<|python_tag|>", "llama3_json"),
    ("<|python_start|>", "llama_pythonic"),
)
_PYTHONIC: Final = re.compile(r"\s*\[\s*[^\W\d][\w.]*\s*\(")
_BARE_CALL: Final = re.compile(r'\{\s*"(?:name|function|arguments|parameters)"\s*:')
_FUNCTION_WITH_JSON: Final = re.compile(r"<function=[^>\n]+>\s*\{")


def detect_text(text: str) -> Dialect:
    """The dialect of an answer that arrived as text; `bare_json` for prose, which has no calls there."""
    if _SSE.match(text):
        match = _DATA.search(text)
        found = _detect_json(match[1]) if match else None
        return found or DIALECTS["openai_chat"]
    if text.lstrip()[:1] in ("{", "["):
        first_line = text.strip().partition("\n")[0]
        found = _detect_json(text)
        if found is None and first_line != text.strip():
            line = _detect_json(first_line)
            found = DIALECTS["ollama_chat_ndjson"] if line and line.name == "ollama_chat" else None
        if found is not None:
            return found
    if _FUNCTION_WITH_JSON.search(text):
        return DIALECTS["llama3_json"]
    for mark, name in _TEXT_MARKS:
        if mark in text:
            return DIALECTS[name]
    return DIALECTS["llama_pythonic" if _PYTHONIC.match(text) else "bare_json"]


def detect_begun(text: str) -> Dialect | None:
    """The dialect that an answer begins to be in, as far as it can be told; another may turn out."""
    begin = text.lstrip()
    if begin[:1] == "{" and not _BARE_CALL.match(begin) and _detect_json(begin) is None:
        return None  # an envelope tells what it is when it is whole
    if _SSE.match(text) and _DATA.search(text[: text.rfind("\n") + 1]) is None:
        return None
    return detect_text(text) if begin else None


def detect_value(value: object) -> Dialect | None:
    """The dialect of parsed data: of an answer, of a message or one call of it, or of a stream's events."""
    if isinstance(value, list):
        return next((found for item in value if (found := detect_value(item)) is not None), None)
    if not isinstance(value, Mapping):
        return None
    for name, keys in _SHAPES:
        if all(key in value for key in keys):
            return DIALECTS[name]
    kind = str(value.get("type"))
    if kind in ("function_call", "custom_tool_call") or kind.startswith("response."):
        return DIALECTS["openai_responses"]
    if kind in ("tool_use", "message_start", "content_block_start", "content_block_delta", "ping"):
        return DIALECTS["anthropic_tool_use"]
    if isinstance(value.get("content"), list) and ("stop_reason" in value or _has_tool_use(value["content"])):
        return DIALECTS["anthropic_tool_use"]
    if "message" in value or "tool_calls" in value or "function_call" in value or "error" in value:
        return DIALECTS["openai_chat"]
    return None


_SHAPES: Final = (
    ("mcp_tools_call", ("jsonrpc",)),
    ("dashscope_native", ("output", "request_id")),
    ("dashscope_native", ("output", "status_code")),
    ("openai_chat", ("choices",)),
    ("openai_responses", ("output", "object")),
    ("openai_responses", ("output", "status")),
    ("gemini_function_call", ("candidates",)),
    ("gemini_function_call", ("functionCall",)),
    ("gemini_function_call", ("parts",)),
    ("ollama_chat", ("message", "done")),
    ("anthropic_tool_use", ("content", "stop_reason")),
)


def _has_tool_use(blocks: list[object]) -> bool:
    return any(isinstance(block, Mapping) and block.get("type") == "tool_use" for block in blocks)


def _detect_json(text: str) -> Dialect | None:
    try:
        return detect_value(read_message(text))
    except ToolCallError:
        return None
