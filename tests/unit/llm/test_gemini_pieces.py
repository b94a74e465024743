"""Gemini calls whose arguments come value by value: put together by path, ended by the call's own end."""

from typing import Any

import pytest

from intent_bridge.llm import ReadResult, read

_BEGIN = {"name": "f", "willContinue": True}
_END: dict[str, Any] = {}


def _piece(path: str, more: bool = True, **value: Any) -> dict[str, Any]:
    """A part of a call with one value; `more`: the call goes on behind it."""
    return {"partialArgs": [{"jsonPath": path, **value}]} | ({"willContinue": True} if more else {})


def _read(*calls: Any, finish: str | None = "STOP") -> ReadResult:
    events: list[Any] = [{"candidates": [{"content": {"parts": [{"functionCall": call}]}}]} for call in calls]
    return read("gemini_function_call_sse", [*events, {"candidates": [{"finishReason": finish}]}])


def _calls(*calls: Any) -> list[tuple[str, Any]]:
    result = _read(*calls)
    assert result.error is None, result.error
    return [(call.name, call.arguments) for call in result.calls]


def _code(*calls: Any, finish: str | None = "STOP") -> str:
    result = _read(*calls, finish=finish)
    assert result.calls == ()
    assert result.error is not None
    return result.error.code


def test_values_are_put_together_by_their_paths() -> None:
    pieces = (
        _piece("$.s", stringValue="dri", willContinue=True),
        _piece("$.s", stringValue="ver"),
        _piece("$.n", numberValue=22.5),
        _piece("$.b", boolValue=True),
        _piece("$.z", nullValue="NULL_VALUE"),
        _piece("$.l[0].x", numberValue=1),
        {"willContinue": True},
        _piece("$.l[1].x", numberValue=2),
        _piece("$['o p'].q", stringValue=""),
    )
    expected = {
        "s": "driver",
        "n": 22.5,
        "b": True,
        "z": None,
        "l": [{"x": 1}, {"x": 2}],
        "o p": {"q": ""},
    }
    assert _calls(_BEGIN, *pieces, _END) == [("f", expected)]


def test_a_call_ends_with_the_part_that_does_not_go_on() -> None:
    assert _calls(_BEGIN, _piece("$.x", more=False, numberValue=1)) == [("f", {"x": 1})]
    assert _calls(_BEGIN, _END, {"name": "g", "args": {"y": 2}}, _BEGIN, _END) == [
        ("f", {}),
        ("g", {"y": 2}),
        ("f", {}),
    ]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([_BEGIN], "incomplete"),
        ([_BEGIN, _piece("$.x", numberValue=1)], "incomplete"),
        ([_BEGIN, _piece("$.s", stringValue="a", willContinue=True), _END], "incomplete"),
        ([_BEGIN, {"name": "g"}], "not_a_message"),
        ([_BEGIN, {"args": {"x": 1}}], "ambiguous_call"),
        ([_BEGIN, _piece("$.x", numberValue=1), _piece("$.x", numberValue=2), _END], "not_a_message"),
        ([_BEGIN, _piece("$.s", stringValue="a"), _piece("$.s", stringValue="b"), _END], "not_a_message"),
        ([_BEGIN, _piece("$.s", stringValue="a", willContinue=True), _piece("$.x", numberValue=1), _END],
         "not_a_message"),
        ([_BEGIN, _piece("$.x", numberValue=1), _piece("$.x.y", numberValue=1), _END], "not_a_message"),
        ([_BEGIN, _piece("$.l[1]", numberValue=1), _END], "not_a_message"),
        ([_BEGIN, _piece("x", numberValue=1), _END], "not_a_message"),
        ([_BEGIN, _piece("$", stringValue="x"), _END], "not_a_message"),
        ([_BEGIN, _piece("$.x"), _END], "not_a_message"),
        ([_BEGIN, _piece("$.x", numberValue="1"), _END], "not_a_message"),
        ([_BEGIN, _piece("$.x", numberValue=True), _END], "not_a_message"),
        ([_BEGIN, _piece("$[0]", numberValue=1), _END], "not_a_message"),
        ([_BEGIN, _piece("$.x", numberValue=1, stringValue="1"), _END], "not_a_message"),
        ([_BEGIN, _piece("$" + ".a" * 99, numberValue=1), _END], "too_deep"),
        ([_BEGIN, {"partialArgs": ["x"]}], "not_a_message"),
    ],
)  # fmt: skip
def test_pieces_that_do_not_make_one_call_are_refused(parts: list[Any], code: str) -> None:
    assert _code(*parts) == code


def test_a_call_in_pieces_that_the_answer_cuts_off_is_refused() -> None:
    assert _code(_BEGIN, _piece("$.x", numberValue=1), finish="MAX_TOKENS") == "incomplete"
    assert _code(_BEGIN, _END, finish=None) == "incomplete"
