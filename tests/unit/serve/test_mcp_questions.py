"""Questions that MCP clients have left open."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from intent_bridge.bridge import AsyncBridge, Bridge
from intent_bridge.engine import questions as questions_module
from intent_bridge.serve import mcp_desk
from intent_bridge.serve.mcp_access import open_access
from intent_bridge.serve.mcp_desk import Desk
from intent_bridge.types import Channel, Outcome, Provenance, SeatZone, Speaker, Status

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE)


async def _silent(_way: float, _text: str) -> None:
    """Tells nobody."""


def test_the_oldest_question_of_clients_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_desk, "MAX_QUESTIONS", 2)
    monkeypatch.setattr(questions_module, "MAX_OPEN", 100)
    client = replace(open_access(DRIVER).stdio, confirm=frozenset(("adas",)))

    async def main() -> list[Any]:
        async with AsyncBridge(Bridge.simulated("demo_sedan")) as car:
            desk = Desk(car)
            asked = [
                await desk.call(client, "set_emergency_braking", {"on": False}, _silent, key)
                for key in ("first", "second", "third")
            ]
            assert {outcome.status for outcome in asked} == {Status.NEEDS_CONFIRMATION}
            shown = [desk.question(client, outcome) for outcome in asked]
            answers = [
                await desk.answer(client, outcome.call_id, True, _silent) for outcome in (asked[0], asked[2])
            ]
            desk.close()
            return [*shown, *answers]

    first, second, third, void, done = asyncio.run(main())
    assert first is None and second and third
    assert void.status is Status.DENIED and done.status is Status.DONE


@pytest.mark.parametrize(("speed", "moving"), [(0, False), (60, True)])
def test_what_the_desk_refuses_itself_is_worded_for_a_car_that_moves(speed: int, moving: bool) -> None:
    asked: list[bool] = []

    class Texts:
        def render(self, _outcome: Outcome, *, moving: bool) -> dict[str, str]:
            asked.append(moving)
            return {}

    async def main() -> Outcome:
        async with AsyncBridge(Bridge.simulated("demo_sedan", speed_km_h=speed)) as car:
            desk = Desk(car)
            desk._texts = Texts()  # type: ignore[assignment]  # as much of one as is asked
            refused = await desk.call(open_access().stdio, "set_window", {"percent": 900}, _silent)
            desk.close()
            return refused

    assert asyncio.run(main()).status is Status.INVALID and asked == [moving]
