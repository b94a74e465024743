"""The queue of an asyncio host: calls of models are bounded, people always get through."""

import asyncio
import threading

from intent_bridge.bridge import AsyncBridge, Bridge
from intent_bridge.bridge.aio import MAX_HANDLING
from intent_bridge.types import Status


def test_one_call_too_many_is_denied_at_once_and_people_still_get_through() -> None:
    go = threading.Event()

    async def main() -> None:
        async with AsyncBridge(Bridge.simulated("demo_sedan")) as car:
            held = asyncio.ensure_future(car.run(go.wait))
            fan = {"name": "set_fan_speed", "arguments": {"level": 5}}
            waiting = [asyncio.ensure_future(car.handle({"id": str(n), **fan})) for n in range(MAX_HANDLING)]
            await asyncio.sleep(0)
            refused = await car.handle({"id": "more", **fan})
            assert (refused.call_id, refused.status, refused.code) == ("more", Status.DENIED, "busy")
            assert "at once" in refused.say("en")
            withdrawn = asyncio.ensure_future(car.withdraw("0"))
            go.set()
            done = await asyncio.gather(*waiting)
            assert {outcome.status for outcome in done} == {Status.DONE, Status.NO_EFFECT}
            assert (await withdrawn).status is not Status.DENIED
            assert (await car.handle({"id": "later", **fan})).status is Status.NO_EFFECT
            await held

    asyncio.run(main())
