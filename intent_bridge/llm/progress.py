"""What a model is writing just now in a text format: the name and the arguments so far of its last call.

A hint for judging early; nothing acts on it. Of formats that write no JSON see `unfinished`.
"""

import re
from collections.abc import Mapping
from typing import Final

from intent_bridge.llm.model import OpenCall
from intent_bridge.llm.prose import Mark, Prose, json_end, skip_blank
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.unfinished import open_pythonic, open_xml

_MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "hermes_tool_call": ("<tool_call>",),
    "qwen25_coder_tools_tag": ("<tools>", "<tool_call>"),
    "qwen3_coder_xml": ("<tool_call>",),
    "qwen_agent_flower": ("✿FUNCTION✿:",),
    "mistral_tool_calls": ("[TOOL_CALLS]",),
    "llama3_json": ("<|python_tag|>", "<function="),
    "bare_json": (),
}
_NAME: Final = re.compile(r'"name"\s*:\s*"((?:[^"\\]|\\.)*)"')
_ARGUMENTS: Final = re.compile(r'"(?:arguments|parameters|args|input)"\s*:\s*(?=\{)')
_HEAD: Final = re.compile(
    r"\s*(?P<name>[^\s\[\]{}<>✿]+)"
    r"(?:>|\[CALL_ID\][^\s\[]*|\[ARGS\]|✿ARGS✿:|\s)*(?P<open>\{|\Z)"
)


def open_text_calls(dialect: str, text: str, table: ToolTable) -> tuple[OpenCall, ...]:
    """The call at the end of a text that has not ended yet; none where its format tells none."""
    if dialect == "llama_pythonic":
        return open_pythonic(text, table)
    if dialect == "qwen3_coder_xml" and "<function=" in text:
        return open_xml(text, table)
    if dialect not in _MARKS:
        return ()
    prose = Prose(text, _MARKS[dialect])
    at = prose.start()
    last: Mark | None = None
    while mark := prose.find(at):
        last, at = mark, mark.end
    start = skip_blank(text, last.end if last is not None else at)
    if text.startswith(("{", "["), start):
        return _in_object(text, start)
    head = _HEAD.match(text, start) if last is not None else None
    if head is None or (head["open"] and json_end(text, head.end() - 1) is not None):
        return ()
    return (OpenCall(head["name"], text[head.end() - 1 :] if head["open"] else ""),)


def _in_object(text: str, start: int) -> tuple[OpenCall, ...]:
    """The call that an unfinished object, or the last one of an unfinished array, is."""
    while True:
        start = text.find("{", start)
        if start < 0:
            return ()
        end = json_end(text, start)
        if end is None:
            break
        start = end
    arguments = _ARGUMENTS.search(text, start)
    name = _NAME.search(text, start, arguments.start() if arguments else len(text))
    if arguments is None:
        return (OpenCall(name[1] if name else None, ""),)
    end = json_end(text, arguments.end())
    if end is not None and name is None:
        name = _NAME.search(text, end)
    return (OpenCall(name[1] if name else None, text[arguments.end() : end]),)
