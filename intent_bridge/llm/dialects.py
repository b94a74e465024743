"""Every dialect by name: how it arrives, who reads it, and what of the offered tools is checked.

Where arguments are the model's own text (JSON text in OpenAI's dialects, everything in text formats) this
is the first reader, so names and arguments are held against the offered tools here. Where the provider or
the client has made an object of them already (Anthropic, Gemini, Ollama, MCP) they pass as they are. The
catalogue judges every call again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from intent_bridge.llm.anthropic import AnthropicStream, read_anthropic
from intent_bridge.llm.bare import read_bare
from intent_bridge.llm.dashscope import DashScopeStream, read_dashscope
from intent_bridge.llm.fields import Assembler
from intent_bridge.llm.framing import Framing, Lines, ServerSentEvents
from intent_bridge.llm.gemini import GeminiStream, read_gemini
from intent_bridge.llm.llama import read_llama_json, read_pythonic
from intent_bridge.llm.mcp import read_mcp
from intent_bridge.llm.mistral import read_mistral
from intent_bridge.llm.ollama import OllamaStream, read_ollama
from intent_bridge.llm.openai_chat import ChatStream, read_chat
from intent_bridge.llm.openai_responses import ResponsesStream, read_responses
from intent_bridge.llm.qwen_agent import read_qwen_agent
from intent_bridge.llm.sources import (
    EitherSource,
    EventSource,
    ReadText,
    ReadValue,
    Source,
    TextSource,
    ValueSource,
)
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.tagged import read_hermes, read_qwen3_coder, read_qwen25_coder


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect. A text dialect has `text`; a structured one has `value`, and `events` if it can stream.

    Streams are server-sent events unless `framing` says otherwise.
    """

    name: str
    text: ReadText | None = None
    value: ReadValue | None = None
    events: Callable[[], Assembler] | None = None
    framing: Callable[[], Framing] | None = None
    checks: bool = True

    def source(self, table: ToolTable) -> Source:
        """A fresh source for one answer in this dialect."""
        if self.text is not None:
            return TextSource(self.name, self.text, table)
        assert self.value is not None
        if self.framing is not None:
            assert self.events is not None
            return EventSource(self.framing(), self.events())
        if self.events is None:
            return ValueSource(self.value)
        return EitherSource(ValueSource(self.value), EventSource(ServerSentEvents(), self.events()))


_ALL: Final = (
    Dialect("openai_chat", value=read_chat, events=ChatStream),
    Dialect("openai_chat_sse", value=read_chat, events=ChatStream),
    Dialect("openai_legacy_function_call", value=read_chat, events=ChatStream),
    Dialect("openai_legacy_function_call_message", value=read_chat, events=ChatStream),
    Dialect("openai_responses", value=read_responses, events=ResponsesStream),
    Dialect("openai_responses_sse", value=read_responses, events=ResponsesStream),
    Dialect("anthropic_tool_use", value=read_anthropic, events=AnthropicStream, checks=False),
    Dialect("anthropic_tool_use_sse", value=read_anthropic, events=AnthropicStream, checks=False),
    Dialect("gemini_function_call", value=read_gemini, events=GeminiStream, checks=False),
    Dialect("gemini_function_call_sse", value=read_gemini, events=GeminiStream, checks=False),
    Dialect("ollama_chat", value=read_ollama, checks=False),
    Dialect("ollama_chat_ndjson", value=read_ollama, events=OllamaStream, framing=Lines, checks=False),
    Dialect("dashscope_native", value=read_dashscope, events=DashScopeStream),
    Dialect("mcp_tools_call", value=read_mcp, checks=False),
    Dialect("hermes_tool_call", text=read_hermes),
    Dialect("qwen3_coder_xml", text=read_qwen3_coder),
    Dialect("qwen25_coder_tools_tag", text=read_qwen25_coder),
    Dialect("qwen_agent_flower", text=read_qwen_agent),
    Dialect("mistral_tool_calls", text=read_mistral),
    Dialect("llama_pythonic", text=read_pythonic),
    Dialect("llama3_json", text=read_llama_json),
    Dialect("bare_json", text=read_bare),
)

DIALECTS: Final = {dialect.name: dialect for dialect in _ALL}
AUTO: Final = "auto"
"""Not a dialect of its own: the reader finds out which one a whole answer is in."""
