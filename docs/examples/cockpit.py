"""A cockpit app: the grammar understands what it can, Qwen behind an OpenAI-compatible endpoint the rest.

    OPENAI_BASE_URL=https://dashscope.aliyuncs.com/compatible-mode/v1 OPENAI_API_KEY=… python cockpit.py

Any other compatible server will do. Needs `pip install 'intent-bridge[llm,nlu]'`.
"""

import asyncio
import os
import sys

from intent_bridge import AsyncBridge, Bridge, Channel, Provenance, SeatZone, Speaker
from intent_bridge.serve.assistant import Assistant
from intent_bridge.serve.lanes import Lane, Lanes
from intent_bridge.serve.model import OpenAIModel
from intent_bridge.serve.offline import Offline
from intent_bridge.serve.request import DataClass, Request

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)  # as the microphones know it
LEAVES = frozenset({DataClass.CABIN_TEXT, DataClass.VEHICLE})  # no position, no identity, no preferences


async def main() -> None:
    async with AsyncBridge(Bridge.simulated("demo_sedan", speed_km_h=50)) as car:
        qwen = OpenAIModel(os.environ.get("MODEL", "qwen-plus"), stream=True)
        lanes = Lanes(
            car,
            [
                Lane("grammar", Offline(car), deadline_ms=200),
                Lane("qwen", Assistant(car, qwen), deadline_ms=4000, leaves=LEAVES, needs_network=True),
            ],
        )
        for number, line in enumerate(sys.stdin):
            request = Request(f"r{number}", line.strip(), DRIVER)
            reply = await lanes.respond(request, lambda event: print(f"  … {event.kind} {event.what}"))
            print(f"{reply.lane}: {reply.text}")
            asked = reply.outcomes[-1].confirmation if reply.outcomes else None
            if asked is not None:  # the host asks the person, never the model
                yes = input("yes or no? ").startswith("y")
                print((await car.confirm(asked.token, yes, DRIVER)).say("en"))
        await qwen.close()


asyncio.run(main())
