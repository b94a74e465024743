"""In every dialect any bytes give an answer, never an exception: the same in pieces, and only sound calls."""

from intent_bridge.intents import check_value
from intent_bridge.llm import AUTO, DIALECTS, StreamReader, read
from intent_bridge.llm.single import check_name

NAMES = (AUTO, *sorted(DIALECTS))
SEEDS = tuple(
    bytes([NAMES.index(name) | (0x80 if lenient else 0), 7]) + text
    for name, lenient, text in (
        (AUTO, False, b'{"name": "f", "arguments": {"zone": "driver"}}'),
        (AUTO, False, b'<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'),
        (AUTO, False, b'data: {"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}\n\ndata: [DONE]\n\n'),
        (AUTO, False, b"[f(zone='driver', percent=3.5)]"),
        (
            AUTO,
            False,
            b'{"choices": [{"message": {"tool_calls": [{"id": "a", "function": {"name": "f"}}]}}]}',
        ),
        (
            AUTO,
            False,
            b'{"content": [{"type": "tool_use", "id": "a", "name": "f", "input": {"a": [true, null]}}]}',
        ),
        (AUTO, False, b"<function=f>\n<parameter=zone>\ndriver\n</parameter>\n</function>"),
        ("bare_json", True, b'{"name": "f", "argum?nts": {"a": 1}}'),  # once found
    )
)


def check(data: bytes) -> None:
    """One input: the first byte names the dialect, the second where the text is cut."""
    if len(data) < 2:
        return
    dialect, at, raw = NAMES[data[0] % len(NAMES)], data[1], data[2:]
    lenient = bool(data[0] & 0x80)
    whole = read(dialect, raw, lenient=lenient)
    reader = StreamReader(dialect, lenient=lenient)
    for piece in (raw[:at], raw[at : 2 * at], raw[2 * at :]):
        reader.feed(piece)
        reader.open_calls()
    pieces = reader.finish()
    assert pieces == whole or (pieces.error and whole.error), (dialect, at)  # what is met first is named
    assert whole.error is None or not whole.calls
    for call in whole.calls:
        nameless = call.name == "" and "arguments were found in text" in whole.salvaged  # fits no tool
        assert nameless or check_name(call.name) == call.name
        check_value(dict(call.arguments), any_text=True)  # what tools take is checked again, more strictly
