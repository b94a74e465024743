"""A model to ask: the protocol the loop needs, and the client for every OpenAI-compatible server.

A server may be slow, lie, repeat ids or end in the middle; what it sends is taken apart by `llm.read` and is
no more than a proposal. Deadlines are the caller's (`asyncio.timeout`): a server that drips one byte a second
never runs into a read timeout.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

NEED_OPENAI = "models over HTTP need the openai client: pip install 'intent-bridge[llm]'"


class ModelError(Exception):
    """The model could not be asked, or what came back is no answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a model: in which dialect, the raw answer, and the message that keeps it in history.

    `compute_ms` is what the server says it worked for, None if it does not say. `refused` says why the
    stream was ended before its end: a call in it could not become legal any more.
    """

    dialect: str
    raw: object
    message: Mapping[str, Any]
    tokens: int = 0
    compute_ms: float | None = None
    refused: str = ""


Watch: TypeAlias = Callable[[str, str], Awaitable[str]]
"""Hears a dialect and the next piece of an answer in it; a text from it ends the stream and says why."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a model. `grammar` (GBNF) is for servers that can hold a model to it.

    `watch` hears the answer while it is written, from models that stream.
    """

    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    max_tokens: int = 300
    grammar: str = ""
    stop: Sequence[str] = field(default_factory=tuple)
    watch: Watch | None = None


class Model(Protocol):
    """Whatever answers: a server, a library in the process, a fake in a test. May raise ModelError."""

    async def ask(self, ask: Ask) -> Said:
        """The model's answer."""


class OpenAIModel:
    """A model behind an OpenAI-compatible server, over the `openai` client.

    `text_dialect` names the dialect in which the server leaves calls in the text (`qwen25_coder_tools_tag`,
    `hermes_tool_call`, `auto`), as small ones do. `retries` are for requests that did not get through; the
    caller's deadline holds over all of them. `extra` goes into every request: `{"cache_prompt": true}`. With
    `stream` the answer is judged while it comes in.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        text_dialect: str | None = None,
        retries: int = 1,
        timeout_s: float = 30.0,
        extra: Mapping[str, Any] | None = None,
        stream: bool = False,
        client: Any = None,
    ) -> None:
        self.model = model
        self._text_dialect = text_dialect
        self._extra = dict(extra or {})
        self._stream = stream
        self._client = client or openai_client(base_url, api_key, retries, timeout_s)

    async def ask(self, ask: Ask) -> Said:
        """One chat completion; ModelError for whatever keeps it from being one."""
        body: dict[str, Any] = {"max_tokens": ask.max_tokens, "temperature": 0}
        if ask.tools:
            body["tools"] = list(ask.tools)
        if ask.stop:
            body["stop"] = list(ask.stop)
        extra = self._extra | ({"grammar": ask.grammar} if ask.grammar else {})
        if self._stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        try:
            answer = await self._client.chat.completions.create(
                model=self.model, messages=list(ask.messages), extra_body=extra or None, **body
            )
            if self._stream:
                return await self._streamed(answer, ask.watch)
            raw = answer.model_dump(mode="json", exclude_unset=True)
        except Exception as error:  # the client's own tree, and whatever it makes of garbage
            raise ModelError(f"{type(error).__name__}: {error}") from error
        return said_of(raw, self._text_dialect)

    async def _streamed(self, stream: Any, watch: Watch | None) -> Said:
        heard = _Heard(self._text_dialect)
        try:
            async for chunk in stream:
                piece = heard.take(chunk.model_dump(mode="json", exclude_unset=True))
                why = await watch(heard.dialect, piece) if watch is not None and piece else ""
                if why:
                    return replace(heard.said(), refused=why)
        finally:
            await stream.close()
        return heard.said()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


class _Heard:
    """A streamed answer so far."""

    def __init__(self, text_dialect: str | None) -> None:
        self.dialect = text_dialect or "openai_chat_sse"
        self._text_dialect = text_dialect
        self._events: list[str] = []
        self._content: list[str] = []
        self._last: dict[str, Any] = {}
        self._calls = False

    def take(self, event: dict[str, Any]) -> str:
        """Note one chunk; the piece of the answer that it is, in `dialect`."""
        choices = event.get("choices") or [{}]
        delta = choices[0].get("delta") or {}
        content = delta.get("content") or ""
        self._calls = self._calls or bool(delta.get("tool_calls"))
        self._last |= {key: event[key] for key in ("usage", "timings") if event.get(key)}
        self._content.append(content)
        self._events.append(f"data: {json.dumps(event)}\n\n")
        return content if self._text_dialect else self._events[-1]

    def said(self) -> Said:
        """The answer. It has ended well only if a finish_reason stands in it: the reader looks for that."""
        content = "".join(self._content)
        tokens, compute_ms = _counted(self._last)
        kept = {"role": "assistant", "content": content}
        if self._text_dialect and not self._calls and content:
            return Said(self._text_dialect, content, kept, tokens, compute_ms)
        return Said("openai_chat", "".join(self._events), kept, tokens, compute_ms)


def _counted(raw: Mapping[str, Any]) -> tuple[int, float | None]:
    """Tokens and the server's own time, where it says them."""
    tokens = _whole((raw.get("usage") or {}).get("total_tokens"))
    timings = raw.get("timings")
    if isinstance(timings, Mapping):
        parts = [timings.get("prompt_ms"), timings.get("predicted_ms")]
        if all(isinstance(part, int | float) for part in parts):
            return tokens, float(sum(parts))  # type: ignore[arg-type]
    return tokens, None


def said_of(raw: Any, text_dialect: str | None = None) -> Said:
    """What an OpenAI chat completion says; ModelError where it has no message."""
    try:
        message = dict(raw["choices"][0]["message"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ModelError("the server's answer holds no message") from error
    tokens, compute_ms = _counted(raw)
    content = message.get("content")
    if text_dialect and not message.get("tool_calls") and isinstance(content, str) and content:
        return Said(text_dialect, content, {"role": "assistant", "content": content}, tokens, compute_ms)
    kept = {"role": "assistant", "content": content if isinstance(content, str) else ""}
    return Said("openai_chat", raw, kept, tokens, compute_ms)


def with_calls(message: Mapping[str, Any], calls: Sequence[Any]) -> dict[str, Any]:
    """The assistant's message with its calls, as the next request must repeat it."""
    written = [
        {
            "id": call.id,
            "type": "function",
            "function": {
                "name": call.name,
                "arguments": json.dumps(dict(call.arguments), ensure_ascii=False, default=str),
            },
        }
        for call in calls
    ]
    return {**message, "tool_calls": written}


def _whole(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0


def openai_client(base_url: str | None, api_key: str | None, retries: int, timeout_s: float) -> Any:
    try:
        from openai import AsyncOpenAI
    except ModuleNotFoundError as error:
        if error.name != "openai":
            raise
        raise ModuleNotFoundError(NEED_OPENAI, name="openai") from None
    return AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=retries, timeout=timeout_s)
