"""`make bench`, the serving side: first event, our own share of a request, what judging early saves."""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from resource import RUSAGE_THREAD, getrusage
from typing import Any, Literal

from intent_bridge.audit import AuditOptions
from intent_bridge.bridge import AsyncBridge, Bridge
from intent_bridge.intents import Catalogue
from intent_bridge.llm import CallResult, Preflight, ToolTable, export_tools, read, write_results
from intent_bridge.profile import load_profile
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.lanes import Lane, Lanes
from intent_bridge.serve.model import Ask, Said, said_of
from intent_bridge.serve.offline import Offline
from intent_bridge.serve.request import Event, Request
from intent_bridge.testing.callgen import Calls
from intent_bridge.testing.dice import Dice
from tests.bench.figures import merge
from tests.bench.handle import IN_A_ROW, SETTLE_MS, Unwaiting
from tests.lanes.car import DRIVER
from tests.lanes.network import completion, streamed

REQUESTS = 300
CALLS = 1000
SPOILT = 300
TOKENS_PER_S = 30
"""Of a 1.5B model on two cores."""
CHARACTERS_PER_TOKEN = 4


class Instant:
    """A model that takes no time: what remains is ours."""

    async def ask(self, ask: Ask) -> Said:
        return said_of(completion({"call": {"set_fan_speed": {"level": 3}}}))


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred exceeds."""
    return statistics.quantiles(values, n=100)[98]


async def first_events() -> dict[str, float]:
    """Wall-clock ms from the words to the first event at the host, p99, for lanes alone and together."""
    figures = {}
    async with AsyncBridge(Bridge.simulated("demo_sedan")) as car:
        model = Assistant(car, Instant(), own_words=True)
        kinds = {
            "offline": [Lane("offline", Offline(car), 200)],
            "model": [Lane("cloud", model, 2000)],
            "both": [Lane("offline", Offline(car), 200), Lane("cloud", model, 2000, hedge_ms=100)],
        }
        for kind, lanes in kinds.items():
            served, waits = Lanes(car, lanes), []
            for n in range(REQUESTS):
                heard: list[float] = []

                def tell(event: Event, heard: list[float] = heard) -> None:
                    heard.append(time.perf_counter())

                words = "set the fan to 3" if n % 2 else "make it like last Tuesday evening"
                started = time.perf_counter()
                await served.respond(Request(f"{kind}-{n}", words, DRIVER), tell)
                waits.append((heard[0] - started) * 1000)
            figures[f"first_event_{kind}_p99_ms"] = round(p99(waits), 2)
    return figures


def own_share(folder: Path, fsync: Literal["batch", "each"]) -> dict[str, float]:
    """One request through dialect in, judgement, encoding, audit, dialect out: CPU and wall ms, p99.

    Undisturbed are the requests during which the scheduler gave the core to nobody else.
    """
    profile, cpu, wall, calm = load_profile("demo_sedan"), list[float](), list[float](), list[float]()
    options = AuditOptions(folder / f"{fsync}.jsonl", fsync)
    with Unwaiting(profile, audit=options) as bridge:
        tools = ToolTable(bridge.tools("openai"))
        for n in range(CALLS):
            if n % IN_A_ROW == 0:
                bridge.advance_ms(SETTLE_MS)
            step = {"call": {"set_fan_speed": {"level": 3 + n % 2}}, "ids": [f"c{n}"]}
            text = json.dumps(completion(step))
            bridge.waiting = False
            taken = getrusage(RUSAGE_THREAD).ru_nivcsw
            started, began = time.thread_time_ns(), time.perf_counter_ns()
            (call,) = read("openai_chat", text, tools=tools).calls
            outcome = bridge.handle({"id": call.id, "name": call.name, "arguments": call.arguments}, DRIVER)
            content = json.loads(bridge.tool_result(outcome))
            json.dumps(write_results("openai_chat", [CallResult(call, content, False)]))
            cpu.append((time.thread_time_ns() - started) / 1e6)
            wall.append((time.perf_counter_ns() - began) / 1e6)
            if getrusage(RUSAGE_THREAD).ru_nivcsw == taken:
                calm.append(wall[-1])
            bridge.waiting = True
    return {
        f"own_share_{fsync}_cpu_p99_ms": round(p99(cpu), 2),
        f"own_share_{fsync}_cpu_median_ms": round(statistics.median(cpu), 2),
        f"own_share_{fsync}_wall_p99_ms": round(p99(wall), 2),
        f"own_share_{fsync}_undisturbed_p99_ms": round(p99(calm), 2),
        f"own_share_{fsync}_undisturbed_share": round(len(calm) / CALLS, 2),
        f"own_share_{fsync}_wall_median_ms": round(statistics.median(wall), 2),
    }


def early() -> dict[str, float]:
    """How much of an answer whose call is no good need not be written, and how early a good one is known."""
    catalogue = Catalogue(load_profile("demo_sedan"))
    tools = export_tools("openai", catalogue.tools).tools
    made, dice = Calls(catalogue), Dice(Random(1).randrange)
    saved: list[float] = []
    characters: list[int] = []
    ahead: list[int] = []
    for spoilt in [True] * SPOILT + [False] * SPOILT:
        call = made.spoilt(dice) if spoilt else made.valid(dice)
        steps: dict[str, Any] = {"call": {call.name: json.dumps(dict(call.arguments))}}
        events = streamed(steps).split("\n\n")[:-1]
        flight = Preflight("openai_chat_sse", tools)
        for place, event in enumerate(events, 1):
            news = flight.feed(event + "\n\n")
            if not news:
                continue
            left = len(events) - place
            if news[0].refused is not None:
                saved.append(left / len(events))
                characters.append(left * CHARACTERS_PER_TOKEN)
            else:
                ahead.append(left)
            break
    ms = 1000 / TOKENS_PER_S / CHARACTERS_PER_TOKEN
    return {
        "early_refused_of_spoilt": round(len(saved) / SPOILT, 2),
        "early_saved_share_median": round(statistics.median(saved), 2),
        "early_saved_characters_mean": round(statistics.fmean(characters), 1),
        "early_saved_ms_mean": round(statistics.fmean(characters) * ms, 1),
        "early_prepared_ms_before_end": round(statistics.fmean(ahead) * ms * CHARACTERS_PER_TOKEN, 1),
    }


def main() -> None:
    """Measure, print, merge the keys."""
    figures: dict[str, float] = asyncio.run(first_events())
    with tempfile.TemporaryDirectory() as scratch:
        for fsync in ("batch", "each"):
            figures |= own_share(Path(scratch), fsync)
    figures |= early()
    for name, value in figures.items():
        print(f"{name:34}{value:10}")
    merge(figures)


if __name__ == "__main__":
    main()
