"""Recorded messages of real models and of real parsers' test suites, with the calls they hold.

The cases lie outside this repository: `INTENT_BRIDGE_DATA` names their folder, else `../shared/data` beside
the checkout is used; without them this module is skipped.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intent_bridge.llm import ParsedCall, Preflight, ReadResult, StreamReader, read
from intent_bridge.llm.dialects import DIALECTS

_CHECKOUT = Path(__file__).parents[3]
_FOLDER = Path(os.environ.get("INTENT_BRIDGE_DATA", _CHECKOUT.parent / "shared" / "data")) / "toolcalls"
_LENIENT = ("json_arguments_recovery", "measured_small_model_text")

_FILLING = ("openai_chat-0423", "openai_chat-0424")
"""These expect a call of a tool without a name: an empty function_call, by which a server fills its form."""

if not (_FOLDER / "cases.jsonl").is_file():
    pytest.skip(f"no recorded tool calls in {_FOLDER}; set INTENT_BRIDGE_DATA", allow_module_level=True)

_TOOLS: dict[str, Any] = json.loads((_FOLDER / "tools.json").read_text("utf-8"))


def _cases() -> Iterator[dict[str, Any]]:
    with (_FOLDER / "cases.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if case["format"] in DIALECTS or case["format"] in _LENIENT:
                yield case


_CASES = list(_cases())


def _tools(case: dict[str, Any]) -> Any:
    return case.get("tools") or _TOOLS.get(case.get("tools_ref", ""))


def _read(case: dict[str, Any], dialect: str | None = None) -> ReadResult:
    return read(
        dialect or case["format"],
        case["raw"],
        chunks=case.get("chunks"),
        tools=_tools(case),
        lenient=case["format"] in _LENIENT,
    )


@pytest.mark.parametrize("case", _CASES, ids=lambda c: c["id"])
def test_a_message_fed_byte_by_byte_gives_the_same_as_the_whole(case: dict[str, Any]) -> None:
    raw = case["raw"] if isinstance(case["raw"], str) else json.dumps(case["raw"], ensure_ascii=False)
    lenient = case["format"] in _LENIENT
    reader = StreamReader(case["format"], tools=_tools(case), lenient=lenient)
    for byte in raw.encode():
        reader.feed(bytes((byte,)))
    assert reader.finish() == read(case["format"], raw, tools=_tools(case), lenient=lenient)


@pytest.mark.parametrize("case", [c for c in _CASES if c["format"] in DIALECTS], ids=lambda c: c["id"])
def test_nothing_is_refused_early_that_is_called_in_the_end(case: dict[str, Any]) -> None:
    raw = case["raw"] if isinstance(case["raw"], str) else json.dumps(case["raw"], ensure_ascii=False)
    preflight = Preflight(case["format"], _tools(case) or [])
    news = [early for character in raw for early in preflight.feed(character)]
    refused = [early.name for early in news if early.refused is not None]
    if DIALECTS[case["format"]].checks:  # the other dialects leave the check of arguments to the catalogue
        assert not refused or preflight.finish().calls == ()


def _plain(calls: tuple[ParsedCall, ...]) -> list[tuple[object, ...]]:
    return [(call.name, call.arguments, call.id) for call in calls]


def _expected(case: dict[str, Any]) -> list[tuple[object, ...]]:
    return [(call["name"], call["arguments"], call.get("id")) for call in case["expected_calls"] or []]


@pytest.mark.parametrize("dialect", [None, "auto"], ids=["named", "auto"])
@pytest.mark.parametrize("case", [case for case in _CASES if case["must_not_execute"]], ids=lambda c: c["id"])
def test_no_call_is_made_of_a_message_that_must_not_act(case: dict[str, Any], dialect: str | None) -> None:
    result = _read(case, dialect)
    assert result.calls == ()
    if case["format"] != "json_arguments_recovery":
        assert result.error is not None


@pytest.mark.parametrize(
    "case", [case for case in _CASES if not case["must_not_execute"]], ids=lambda c: c["id"]
)
def test_every_call_of_a_message_is_found_and_nothing_else(case: dict[str, Any]) -> None:
    result = _read(case)
    if case["format"] == "json_arguments_recovery":
        assert result.calls[0].arguments == case["expected_arguments"]
    elif case.get("strict_should_reject") or case.get("tolerance") == "recover_or_reject":
        assert (result.error is not None and not result.calls) or _plain(result.calls) == _expected(case)
    elif case["id"] in _FILLING:
        assert _plain(result.calls) == [call for call in _expected(case) if call[0]]
    else:
        assert _plain(result.calls) == _expected(case), result.error
