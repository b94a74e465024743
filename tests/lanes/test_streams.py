"""Answers that are judged while they come in: the same result as the whole, and sooner where it is no."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.llm import read
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.request import Event, Reply, Request
from intent_bridge.types import Frame, Status
from tests.lanes.car import DRIVER, Car
from tests.lanes.clock import run_virtually
from tests.lanes.network import Script, completion, model, streamed

PIECE, PIECE_MS = 220, 33
"""About one event of four characters, at the 30 tokens a second of a small model on a CPU."""
GOOD = {"call": {"set_cabin_temperature": {"zone": "driver", "celsius": 23}}}


@pytest.fixture(scope="module")
def bridge() -> Iterator[SimulatedBridge]:
    with Bridge.simulated("demo_sedan") as car:
        yield car


def ask(
    car: Car, steps: list[Mapping[str, Any]], name: str, *, stream: bool = True, **options: Any
) -> tuple[Reply, list[Event], Script]:
    script = Script([{"drip": PIECE_MS, "piece": PIECE, **step} for step in steps])
    events: list[Event] = []

    async def main() -> Reply:
        assistant = Assistant(car, model(script, stream=stream, **options), own_words=True)
        return await assistant.respond(Request(name, "make it 23 for the driver", DRIVER), events.append)

    return run_virtually(main()), events, script


def test_a_streamed_answer_comes_to_the_same_as_a_whole_one(bridge: SimulatedBridge) -> None:
    car = Car(bridge)
    for stream in (False, True):
        reply, _, _ = ask(car, [{**GOOD, "compute": 90}], f"same-{stream}", stream=stream)
        assert [o.intent for o in reply.outcomes] == ["set_cabin_temperature"]
        assert (reply.usage.tokens, reply.usage.compute_ms) == (120, 90)


def test_a_call_that_cannot_become_legal_ends_the_stream_and_is_mended(bridge: SimulatedBridge) -> None:
    wrong = {"call": {"set_cabin_temperature": {"zone": "kitchen", "celsius": 23, "note": "x" * 200}}}
    reply, events, script = ask(Car(bridge), [wrong, GOOD], "early")
    (refused,) = (event for event in events if event.kind == "refused")
    assert "zone" in refused.what
    assert [o.status for o in reply.outcomes] in ([Status.DONE], [Status.NO_EFFECT])
    assert refused.at_ms < len(streamed(wrong)) / PIECE * PIECE_MS / 4  # a quarter of it was enough
    assert "is none of the choices" in script.asked[1]


def test_a_legal_call_is_prepared_before_its_answer_ends_and_nothing_is_sent_before(
    bridge: SimulatedBridge,
) -> None:
    frames: list[Frame] = []
    bridge.handle({"name": "set_cabin_temperature", "arguments": {"zone": "driver", "celsius": 20}}, DRIVER)
    unsubscribe = bridge.subscribe("frame", frames.append)
    sent_at: list[int] = []

    class Watched(Car):
        async def explain(self, call: object, provenance: Any = None) -> Any:
            sent_at.append(len(frames))
            return await super().explain(call, provenance)

    _, events, _ = ask(Watched(bridge), [GOOD], "prepared")
    unsubscribe()
    kinds = [event.kind for event in events]
    prepared = events[kinds.index("prepared")]
    assert prepared.outcome is not None and prepared.outcome.frames
    assert kinds.index("prepared") < kinds.index("acting")
    assert prepared.at_ms < events[kinds.index("acting")].at_ms
    assert sent_at == [0] and frames


def test_a_stream_that_ends_without_its_end_mark_is_not_acted_on(bridge: SimulatedBridge) -> None:
    whole = streamed(GOOD)
    cut = whole[: whole.index('"tool_calls"', len(whole) - 900)].rpartition("data:")[0]
    assert '"finish_reason": "tool_calls"' not in cut
    car = Car(bridge)
    raw = {"raw": cut, "type": "text/event-stream"}
    ask(car, [raw], "no end")
    assert car.acts == []


def test_a_text_dialect_is_watched_too(bridge: SimulatedBridge) -> None:
    text = '<tool_call>\n{"name": "set_kitchen_light", "arguments": {"on": true, "room": 1}}\n</tool_call>'
    good = '<tool_call>\n{"name": "set_sunshade", "arguments": {"percent": 50}}\n</tool_call>'
    reply, events, _ = ask(
        Car(bridge), [{"text": text}, {"text": good}], "text", text_dialect="hermes_tool_call"
    )
    assert [event.kind for event in events].count("refused") == 1
    assert [o.intent for o in reply.outcomes] == ["set_sunshade"]


def test_the_script_streams_what_it_says_whole() -> None:
    assert read("openai_chat_sse", streamed(GOOD)).calls == read("openai_chat", completion(GOOD)).calls
