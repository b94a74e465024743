"""One tool and one call of it, for readers of text: what they read, or why they refuse."""

from typing import Any

from intent_bridge.llm import read

CALL = '{"name": "f", "arguments": {"a": 1}}'
ONE = [("f", {"a": 1})]
TOOLS = [
    {
        "name": "f",
        "parameters": {
            "properties": {
                "n": {"type": "integer"},
                "o": {"type": "object"},
                "l": {"type": ["array", "null"]},
                "b": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
                "s": {"type": "string"},
                "x": {"type": "number"},
            }
        },
    }
]


def calls_of(dialect: str, text: str, **options: Any) -> list[tuple[str, Any]]:
    result = read(dialect, text, **options)
    assert result.error is None, result.error
    return [(call.name, call.arguments) for call in result.calls]


def code_of(dialect: str, text: str, **options: Any) -> str:
    result = read(dialect, text, **options)
    assert result.calls == ()
    assert result.error is not None
    return result.error.code
