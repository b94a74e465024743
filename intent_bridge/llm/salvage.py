"""Lenient reading: what small models write instead of calls, mended where no doubt is left, and reported.

Only the whole message is mended, never a piece of prose: a code fence around everything is taken off, doubled
braces and trailing commas go, a bracket too many is left out. No value is ever changed.
"""

import re
from collections.abc import Mapping
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import read_json
from intent_bridge.llm.bare import read_bare
from intent_bridge.llm.calls import ARGUMENT_KEYS
from intent_bridge.llm.door import read_arguments
from intent_bridge.llm.model import Message, RawCall
from intent_bridge.llm.prose import json_end, skip_blank, without_end_tokens
from intent_bridge.llm.table import ToolTable

_FENCED: Final = re.compile(r"\A(```+|~~~+)[ \t]*[\w+-]*[ \t]*\n(.*?)\n?[ \t]*\1[ \t]*\Z", re.DOTALL)
_TRAILING_COMMA: Final = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|,(\s*[}\]])', re.DOTALL)
_TAGS: Final = re.compile(r"\A<(tools|tool_call|function_call)>(.*)</\1>\Z", re.DOTALL)
_NAMED_BEFORE: Final = re.compile(
    r"(?:\A|[\s\]>|▁])([A-Za-z_][\w.-]*)(?:\[[A-Za-z_]+\]|\(|\s*```(?:json)?)?\s*\Z"
)


def mended_json(text: str) -> tuple[str, list[str]]:
    """JSON text without what is known to go wrong around it, and what was mended."""
    notes: list[str] = []
    text = text.strip().removeprefix("\ufeff")
    fenced = _FENCED.match(text)
    if fenced:
        text = fenced[2].strip()
        notes.append("a code fence was taken off")
    single = _with_single_braces(text)
    if single != text:
        text = single
        notes.append("doubled braces were taken off")
    without_commas = _TRAILING_COMMA.sub(lambda match: match[1] or match[2], text)
    if without_commas != text:
        text = without_commas
        notes.append("a trailing comma was left out")
    end = json_end(text, 0) if text[:1] in ("{", "[") else None
    if end is not None and end < len(text) and not text[end:].strip("]} \t\r\n"):
        text = text[:end]
        notes.append("a closing bracket too many was left out")
    return text, notes


def _with_single_braces(text: str) -> str:
    """The text with `{…}` for each `{{…}}` that it is made of; models repeat the braces of a template."""
    pieces: list[str] = []
    at = 0
    while (
        text.startswith("{{", at) and (end := json_end(text, at)) is not None and text[end - 2 : end] == "}}"
    ):
        pieces.append(text[at + 1 : end - 1].strip())
        at = skip_blank(text, end)
    return text if not pieces or at < len(text) else "\n".join(pieces)


def salvage(text: str) -> Message | None:
    """The message that a text was meant to be; None if it holds no call beyond doubt."""
    text = without_end_tokens(text).strip()
    notes: list[str] = []
    tagged = _TAGS.match(text)
    if tagged:
        text = tagged[2].strip()
        if not text:
            return Message(error=ToolCallError("no_call", f"<{tagged[1]}> holds no call; put one in it"))
        notes.append(f"the tag <{tagged[1]}> was taken off")
    mended, why = mended_json(text)
    message = read_bare(mended, ToolTable(()))
    if not message.calls:
        return None
    return Message(
        message.calls, message.rest, notes=(*notes, *why, *message.notes, "bare JSON was read as a call")
    )


def salvage_arguments(text: str) -> Message | None:
    """The first arguments object in a text whose tool is named elsewhere; its name is "" if none is near.

    A call without a name is of no use but to a host that knows the name: it fits no tool.
    """
    start = text.find("{")
    if start < 0:
        return None
    for place in (text.rfind("[", 0, start), start):
        end = json_end(text, place) if place >= 0 else None
        if end is None:
            continue
        try:
            found = _arguments_in(read_json(mended_json(text[place:end])[0], any_text=True))
        except ToolCallError:
            continue
        if found is not None:
            name, arguments = found
            near = _NAMED_BEFORE.search(text, 0, start)
            name = name or (near[1] if near else "")
            return Message((RawCall(name, arguments),), notes=("arguments were found in text",))
    return None


def _arguments_in(value: object) -> tuple[str, dict[str, object]] | None:
    """(name, arguments) of a call object, of `{name: arguments}`, or ("", the object itself)."""
    if isinstance(value, list):
        return _arguments_in(value[0]) if value else None
    if not isinstance(value, Mapping):
        return None
    inner = value.get("function")
    if isinstance(inner, Mapping):
        return _arguments_in(inner)
    name = value.get("name")
    key = next((key for key in ARGUMENT_KEYS if key in value), None)
    if key is not None:
        if not isinstance(value[key], Mapping | str):
            return None
        return (name if isinstance(name, str) else ""), read_arguments(value[key])
    if len(value) == 1:
        (only, held) = next(iter(value.items()))
        if isinstance(held, Mapping):
            return str(only), dict(held)
        if isinstance(held, str) and held.lstrip().startswith("{"):
            return str(only), read_arguments(held)
    return "", dict(value)
