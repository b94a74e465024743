"""A model server and the network before it, by script: late, dripping, cut, silent, lying. No socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx2
from openai import AsyncOpenAI

from intent_bridge.serve.model import OpenAIModel

PIECE = 16
"""Bytes that a dripping server sends at once."""


class Script(httpx2.AsyncBaseTransport):
    """Answers each request with the next step; the last one again and again.

    A step: `after` ms, then `refused`, `never`, or a body: `call` {tool: arguments} (more in `calls`),
    `text` or `raw`; with `status`, `ids`, `finish`, `compute` ms. `drip` ms between pieces, `cut` at a byte.
    """

    def __init__(self, steps: Sequence[Mapping[str, Any]]) -> None:
        self._steps = list(steps)
        self.asked: list[str] = []
        """The body of every request: all that has left the vehicle."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append((await request.aread()).decode())
        step = self._steps[min(len(self.asked), len(self._steps)) - 1]
        await asyncio.sleep(step.get("after", 0) / 1000)
        if step.get("refused"):
            raise httpx2.ConnectError("the network is gone", request=request)
        if step.get("never"):
            await asyncio.sleep(3600)
        streams = json.loads(self.asked[-1]).get("stream") and "raw" not in step
        body = step["raw"] if "raw" in step else streamed(step) if streams else json.dumps(completion(step))
        headers = {"content-type": "text/event-stream" if streams else step.get("type", "application/json")}
        return httpx2.Response(step.get("status", 200), headers=headers, stream=_Body(body.encode(), step))


def streamed(step: Mapping[str, Any]) -> str:
    """The completion of a step as server-sent events, arguments and text in pieces of a token's size."""
    whole = completion(step)
    choice = whole["choices"][0]
    deltas: list[dict[str, Any]] = [{"role": "assistant"}]
    text = choice["message"]["content"] or ""
    deltas += [{"content": text[at : at + 4]} for at in range(0, len(text), 4)]
    for index, call in enumerate(choice["message"]["tool_calls"] or []):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        begin = {
            "index": index,
            "id": call["id"],
            "type": "function",
            "function": {"name": name, "arguments": ""},
        }
        deltas.append({"tool_calls": [begin]})
        for at in range(0, len(arguments), 4):
            piece = {"index": index, "function": {"arguments": arguments[at : at + 4]}}
            deltas.append({"tool_calls": [piece]})
    chunks: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    frame = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    events = [{**frame, "choices": [chunk]} for chunk in chunks]
    events.append({**frame, "choices": [], "usage": whole["usage"], "timings": whole.get("timings")})
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


class _Body(httpx2.AsyncByteStream):
    def __init__(self, body: bytes, step: Mapping[str, Any]) -> None:
        self._body, self._step = body, step

    async def __aiter__(self) -> AsyncIterator[bytes]:
        cut = self._step.get("cut", len(self._body))
        size = self._step.get("piece", PIECE)
        for at in range(0, cut, size):
            await asyncio.sleep(self._step.get("drip", 0) / 1000)
            yield self._body[at : min(cut, at + size)]
        if cut < len(self._body):
            raise httpx2.ReadError("connection reset by peer")


def completion(step: Mapping[str, Any]) -> dict[str, Any]:
    """One chat completion, as the step says."""
    calls = [dict(call) for call in step.get("calls", [step["call"]] if "call" in step else [])]
    ids = step.get("ids", [f"c{n}" for n in range(len(calls))])
    written = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": _text(arguments)}}
        for id_, call in zip(ids, calls, strict=True)
        for name, arguments in call.items()
    ]
    message = {"role": "assistant", "content": step.get("text"), "tool_calls": written or None}
    finish = step.get("finish", "tool_calls" if written else "stop")
    answer: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": step.get("tokens", 120)},
    }
    if "compute" in step:
        answer["timings"] = {"prompt_ms": step["compute"] / 2, "predicted_ms": step["compute"] / 2}
    return answer


def _text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def model(
    script: Script, *, retries: int = 0, text_dialect: str | None = None, stream: bool = False
) -> OpenAIModel:
    """The real client, on the scripted network."""
    client = AsyncOpenAI(
        base_url="http://model.test/v1",
        api_key="none",
        max_retries=retries,
        http_client=httpx2.AsyncClient(transport=script),
    )
    client._platform = "Linux"  # else the client asks for it on a thread, which has no virtual time
    return OpenAIModel("m", client=client, text_dialect=text_dialect, stream=stream)
