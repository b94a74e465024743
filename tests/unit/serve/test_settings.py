"""Data files of the lanes, and libraries that are not there: one line says what to mend or install."""

import asyncio
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from intent_bridge.errors import ProfileError
from intent_bridge.serve.model import openai_client
from intent_bridge.serve.settings import load_data


class Pair(BaseModel):
    first: int
    second: str


def test_every_problem_of_a_data_file_is_named_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "pair.yaml"
    file.write_text("first: one\n", encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_data(file, Pair)
    assert [problem.what.partition(":")[0] for problem in caught.value.problems] == ["`first`", "`second`"]
    file.write_text("{first: 1, second: a}\n", encoding="utf-8")
    assert load_data(file, Pair) == Pair(first=1, second="a")


def test_without_the_library_of_a_lane_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModuleNotFoundError, match=r"intent-bridge\[llm\]"):
        openai_client(None, None, 0, 1.0)
    monkeypatch.setitem(sys.modules, "pybreaker", None)
    monkeypatch.delitem(sys.modules, "intent_bridge.serve.breaker", raising=False)
    with pytest.raises(
        ModuleNotFoundError, match=r"lanes need pybreaker: pip install 'intent-bridge\[llm\]'"
    ):
        import intent_bridge.serve.breaker  # noqa: F401  # the import is what is tested


def test_an_address_that_asks_too_often_over_http_is_told_to_wait() -> None:
    pytest.importorskip("starlette")
    from intent_bridge.serve.mcp_http import Limited, is_loopback

    passed, told = list[object](), list[dict[str, object]]()

    async def app(scope: object, receive: object, send: object) -> None:
        passed.append(scope)

    async def send(message: dict[str, object]) -> None:
        told.append(message)

    async def ask() -> None:
        limited = Limited(app, per_minute=1)
        scope = {"type": "http", "client": ("10.0.0.1", 1)}
        for _ in range(100):
            await limited(scope, None, send)  # type: ignore[arg-type]  # nothing is received

    asyncio.run(ask())
    assert 0 < len(passed) < 100
    assert told[0]["status"] == 429 and len(told) == 2 * (100 - len(passed))
    assert is_loopback("localhost") and is_loopback("::1") and not is_loopback("0.0.0.0")
