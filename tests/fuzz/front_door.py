"""Any bytes are a ToolCallError, or plain JSON that the json module reads alike, within the limits, again."""

import json
import math
from collections.abc import Iterator

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import read_json
from intent_bridge.llm import read_call
from intent_bridge.llm.single import check_name

SEEDS = (
    b'{"name": "set_window", "arguments": {"zone": "driver", "percent": 50}}',
    b'{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\\"celsius\\": 21.5}"}}',
    '{"name": "f", "arguments": {"a": [1, -0.5, 1e3, true, null, "\\u526f \\ud83c\\udf21 副"]}}'.encode(),
    b'{"a": 1, "\\u0061": 2}',
    '{"name": "打开车窗", "arguments": {}}'.encode(),
    b"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
)


def check(data: bytes) -> None:
    """One input; AssertionError or any exception but a ToolCallError is a finding."""
    try:
        value = read_json(data)
    except ToolCallError:
        return
    for part in _parts(value):
        assert type(part) in (dict, list, str, int, float, bool, type(None)), part
        assert not isinstance(part, float) or math.isfinite(part), part
    assert json.loads(data.decode("utf-8-sig")) == value
    assert read_json(json.dumps(value, ensure_ascii=False)) == value
    try:
        call = read_call(data)
    except ToolCallError:
        return
    assert check_name(call.name) == call.name and isinstance(call.arguments, dict), call


def _parts(value: object) -> Iterator[object]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        yield from _parts(part)
