"""Results out: what became of calls, in the dialect the calls came in, each under its call's id."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intent_bridge.llm.model import ParsedCall


@dataclass(frozen=True, slots=True)
class CallResult:
    """What the model is told of one call: `content` is plain JSON data, `failed` if it did not happen."""

    call: ParsedCall
    content: Mapping[str, Any]
    failed: bool = False


def write_results(dialect: str, results: Sequence[CallResult]) -> list[dict[str, Any]]:
    """The messages that answer the calls of one answer, to be put behind it in the conversation.

    For `mcp_tools_call` they are JSON-RPC responses. KeyError for an unknown dialect, ValueError where a call
    lacks the id by which its dialect matches the result.
    """
    write = _WRITERS[dialect]
    return write(results) if results else []


def _openai(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    return [{"role": "tool", "tool_call_id": _id(result), "content": _text(result)} for result in results]


def _legacy(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    return [{"role": "function", "name": r.call.name, "content": _text(r)} for r in results]


def _responses(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    return [{"type": "function_call_output", "call_id": _id(r), "output": _text(r)} for r in results]


def _anthropic(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    blocks = [
        {"type": "tool_result", "tool_use_id": _id(r), "content": _text(r), "is_error": r.failed}
        for r in results
    ]
    return [{"role": "user", "content": blocks}]


def _gemini(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    parts = []
    for result in results:
        answer: dict[str, Any] = {
            "name": result.call.name,
            "response": {"error" if result.failed else "output": dict(result.content)},
        }
        if result.call.id is not None:
            answer["id"] = result.call.id
        parts.append({"functionResponse": answer})
    return [{"role": "user", "parts": parts}]


def _ollama(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    return [{"role": "tool", "tool_name": r.call.name, "content": _text(r)} for r in results]


def _mcp(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    return [
        {
            "jsonrpc": "2.0",
            "id": _id(result),
            "result": {
                "content": [{"type": "text", "text": _text(result)}],
                "structuredContent": dict(result.content),
                "isError": result.failed,
            },
        }
        for result in results
    ]


def _tagged(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    """As the templates of Qwen and Hermes write it: all results in one turn of the user, in order."""
    text = "\n".join(f"<tool_response>\n{_text(result)}\n</tool_response>" for result in results)
    return [{"role": "user", "content": text}]


def _qwen_agent(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    """Goes on in the assistant's own turn, which the model then ends behind the last marker."""
    text = "".join(f"\n✿RESULT✿: {_text(result)}" for result in results)
    return [{"role": "assistant", "content": f"{text}\n✿RETURN✿:"}]


def _by_template(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    """The role `tool`, which the chat templates of Mistral and Llama turn into their own marks."""
    return [
        {"role": "tool", "name": r.call.name, "content": _text(r)}
        | ({} if r.call.id is None else {"tool_call_id": r.call.id})
        for r in results
    ]


def _bare(results: Sequence[CallResult]) -> list[dict[str, Any]]:
    said = [{"name": r.call.name, "failed": r.failed, "result": dict(r.content)} for r in results]
    return [{"role": "user", "content": json.dumps({"tool_results": said}, ensure_ascii=False)}]


def _id(result: CallResult) -> str | int:
    if result.call.id is None:
        raise ValueError(f"the call of {result.call.name} has no id; give it the id you put in the history")
    return result.call.id


def _text(result: CallResult) -> str:
    return json.dumps(dict(result.content), ensure_ascii=False)


_WRITERS: Final[Mapping[str, Callable[[Sequence[CallResult]], list[dict[str, Any]]]]] = {
    "openai_chat": _openai,
    "openai_chat_sse": _openai,
    "openai_legacy_function_call": _legacy,
    "openai_legacy_function_call_message": _legacy,
    "openai_responses": _responses,
    "openai_responses_sse": _responses,
    "anthropic_tool_use": _anthropic,
    "anthropic_tool_use_sse": _anthropic,
    "gemini_function_call": _gemini,
    "gemini_function_call_sse": _gemini,
    "ollama_chat": _ollama,
    "ollama_chat_ndjson": _ollama,
    "dashscope_native": _openai,
    "mcp_tools_call": _mcp,
    "hermes_tool_call": _tagged,
    "qwen3_coder_xml": _tagged,
    "qwen25_coder_tools_tag": _tagged,
    "qwen_agent_flower": _qwen_agent,
    "mistral_tool_calls": _by_template,
    "llama_pythonic": _by_template,
    "llama3_json": _by_template,
    "bare_json": _bare,
}
