"""The conversation in a terminal, driven as a person would: typed sentences, keys; and as a pipe."""

import asyncio
import io
from collections.abc import Awaitable, Callable

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.cli.app import main

pytest.importorskip("textual", reason="the extra `chat` is not installed")

from textual.pilot import Pilot
from textual.widgets import Input, RichLog, Static

from intent_bridge.cli.chat_app import SPEED, ChatApp

BLIND_SPOT = "Vehicle.ADAS.BlindSpotWarning.IsEnabled"


def converse(drive: Callable[[ChatApp, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        with Bridge.simulated("demo_sedan") as car:
            app = ChatApp(car, None, None)
            async with app.run_test(size=(140, 46)) as pilot:
                await drive(app, pilot)

    asyncio.run(run())


async def say(app: ChatApp, pilot: Pilot[None], text: str) -> str:
    """Type a sentence; the last thing said in answer."""
    app.query_one(Input).value = text
    await pilot.press("enter")
    await pilot.pause()
    return str(app.query(".answer").last(Static).render())


def test_a_dialogue_shows_answers_verdicts_frames_and_what_changed() -> None:
    async def drive(app: ChatApp, pilot: Pilot[None]) -> None:
        assert "22 °C" in await say(app, pilot, "set 22 degrees")
        assert len(app.query_one("#frames", RichLog).lines) >= 2
        assert "空调" in await say(app, pilot, "关闭空调")
        asked = await say(app, pilot, "turn off the blind spot warning")
        assert asked.startswith("Shall I") and app.query_one(Input).border_title == "yes or no?"
        await say(app, pilot, "yes")
        assert app.car.state()[BLIND_SPOT] is False and not app.query_one(Input).border_title
        assert len(app.query(".said")) == 4

    converse(drive)


def test_keys_change_the_speed_and_put_the_last_thing_back() -> None:
    async def drive(app: ChatApp, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+up", "ctrl+up", "ctrl+down")
        assert app.car.state()[SPEED] == 10 and "10 km/h" in app.sub_title
        path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
        before = app.car.state()[path]
        await say(app, pilot, "24 degrees")
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert app.car.state()[path] == before

    converse(drive)


def test_a_pipe_is_answered_line_by_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("set 22 degrees\n\n撤销\n"))
    assert main(["chat", "demo_sedan"]) == 0
    out = capsys.readouterr().out
    assert "> set 22 degrees" in out and "says en" in out and "says zh" in out


def test_a_missing_terminal_library_is_said_with_the_mend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("intent_bridge.cli.chat.find_spec", lambda name: None)
    assert main(["say", "demo_sedan", "--lang", "en"]) == 2
    assert "intent-bridge[chat]" in capsys.readouterr().err
