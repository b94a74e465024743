"""Calls between tags, as Hermes, Qwen 2.5, Qwen 3 (JSON) and Qwen3-Coder (XML) write them.

    <tool_call>                                     <tool_call>
    {"name": "f", "arguments": {"p": 1}}            <function=f>
    </tool_call>                                    <parameter=p>
                                                    1
    Qwen2.5-Coder writes <tools> for <tool_call>.   </parameter>
                                                    </function>
                                                    </tool_call>

The end of a call is its closing tag; for JSON also its last brace, since nothing can follow that.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import quote
from intent_bridge.llm.calls import must_call, read_objects
from intent_bridge.llm.model import Message, RawCall, cut_off
from intent_bridge.llm.prose import Prose, joined, skip_blank, without_end_tokens
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.typed import read_typed, trimmed

MAX_MARKS: Final = 256
"""Opening marks looked at in one message; behind them the text is prose."""
MAX_PARAMETERS: Final = 128
"""Of one call in XML."""
FUNCTION: Final = "<function="
_PARAMETER: Final = "<parameter="
_NAME: Final = re.compile(r"[^>\n]*>")
_PARAMETER_END: Final = re.compile(r"</parameter>(?=\s*(?:<parameter=|</function>|</tool_call>))")
_NEXT_CALL: Final = re.compile(r"<tool_call>|<function=")
_STRAY_END: Final = re.compile(r"</parameter>|</function>")
_PARAMETER_TAG: Final = re.compile(r"<parameter=[^<>\n]+>")
_DRIFTED_END: Final = re.compile(r"(?<=\n)[ \t]*</parameter[^<>\n]*>?\s*\Z")
_NEXT_PARAMETER: Final = re.compile(r"\n[ \t]*(?=<parameter=[^>\n]+>)")


class Region(NamedTuple):
    """The calls from one opening mark to their end, and whether the text ended first."""

    calls: list[RawCall]
    end: int
    cut: bool = False
    notes: tuple[str, ...] = ()
    prose: bool = False  # the mark was not the beginning of a call; look on from `end`


ReadRegion = Callable[[str, int, str, ToolTable], Region]


def read_tagged(text: str, marks: Sequence[str], region: ReadRegion, table: ToolTable) -> Message:
    """The message that a text is whose calls begin with one of the marks; `region` reads from a mark on."""
    text = without_end_tokens(text)
    prose = Prose(text, marks)
    calls: list[RawCall] = []
    rest: list[str] = []
    notes: list[str] = []
    at, search = 0, prose.start()
    for _ in range(MAX_MARKS):
        mark = prose.find(search)
        if mark is None:
            break
        try:
            found = region(text, mark.end, mark.text, table)
        except ToolCallError as error:
            if prose.quoted(mark.start, mark.end):
                search = mark.end
                continue
            return Message((), joined([*rest, text[at : mark.start]]), error=error)
        search = found.end
        if found.prose or prose.quoted(mark.start, found.end):
            continue
        rest.append(text[at : mark.start])
        at = found.end
        calls += found.calls
        notes += found.notes
        if found.cut:
            refusal = None if calls else cut_off("the text ends inside a call")
            return Message(tuple(calls), joined(rest), complete=False, error=refusal, notes=tuple(notes))
    rest.append(text[at:])
    return Message(tuple(calls), joined(rest), notes=tuple(notes))


def read_hermes(text: str, table: ToolTable) -> Message:
    """`<tool_call>{JSON}</tool_call>`: Hermes, Qwen 2.5, Qwen 3."""
    return read_tagged(text, ("<tool_call>",), json_region, table)


def read_qwen25_coder(text: str, table: ToolTable) -> Message:
    """`<tools>{JSON}</tools>`, and `<tool_call>` as its template has it: Qwen2.5-Coder."""
    return read_tagged(text, ("<tools>", "<tool_call>"), json_region, table)


def read_qwen3_coder(text: str, table: ToolTable) -> Message:
    """`<function=…>` in `<tool_call>`, whose opening tag the model often forgets: Qwen3-Coder, Qwen 3.5."""
    return read_tagged(text, ("<tool_call>", FUNCTION), xml_region, table)


def json_region(text: str, at: int, mark: str, table: ToolTable) -> Region:
    """JSON calls behind an opening tag, up to its closing tag or the end of the text."""
    closing = mark.replace("<", "</")
    at, notes = behind_doubled(text, at, mark)
    objects = read_objects(text, at)
    calls = [must_call(value) for value in objects.values]
    notes += objects.notes
    behind = skip_blank(text, objects.end)
    if calls and not objects.cut and text.startswith("}", behind):
        while text.startswith("}", behind):
            behind = skip_blank(text, behind + 1)
        notes += ("a closing brace too many was left out",)
    if text.startswith(closing, behind):
        if not calls:
            raise ToolCallError("no_call", f"{mark} holds no call; leave it out or put a call in it")
        return Region(calls, behind + len(closing), notes=notes)
    if objects.cut or behind >= len(text) or closing.startswith(text[behind:]):
        return Region(calls, len(text), cut=objects.cut or not calls, notes=notes)
    if calls and text.startswith(mark, behind):
        return Region(calls, behind, notes=notes)
    if not calls and closing not in text[behind:]:
        return Region([], behind, prose=True)
    found = quote(text[behind : behind + 20])
    raise ToolCallError("not_json", f"expected a JSON object or {closing}, not {found}; send one")


def behind_doubled(text: str, at: int, mark: str) -> tuple[int, tuple[str, ...]]:
    """Behind opening tags that repeat the one before `at`, and what to say of them."""
    start = at
    while text.startswith(mark, behind := skip_blank(text, at)):
        at = behind + len(mark)
    return at, (f"{mark} was written twice",) if at > start else ()


def xml_region(text: str, at: int, mark: str, table: ToolTable) -> Region:
    """XML calls behind `<tool_call>`, or one behind a bare `<function=`."""
    region = _bare_function(text, at, table) if mark == FUNCTION else _functions(text, at, mark, table)
    following = _NEXT_CALL.search(text, region.end)
    if region.calls and _STRAY_END.search(text, region.end, following.start() if following else len(text)):
        raise ToolCallError(
            "ambiguous_call", "a value holds tags of the call itself; write the value without them"
        )
    return region


def _bare_function(text: str, at: int, table: ToolTable) -> Region:
    call, end, notes = _function(text, at, table)
    if call is None:
        return Region([], len(text), cut=True)
    behind = skip_blank(text, end)
    if text.startswith("</tool_call>", behind):
        end = behind + len("</tool_call>")
    return Region([call], end, notes=notes)


def _functions(text: str, at: int, mark: str, table: ToolTable) -> Region:
    calls: list[RawCall] = []
    at, all_notes = behind_doubled(text, at, mark)
    at = skip_blank(text, at)
    while text.startswith(FUNCTION, at):
        call, at, notes = _function(text, at + len(FUNCTION), table)
        if call is None:
            return Region(calls, len(text), cut=True, notes=all_notes)
        calls.append(call)
        all_notes += notes
        at = skip_blank(text, at)
    if text.startswith("</tool_call>", at):
        if not calls:
            raise ToolCallError("no_call", "<tool_call> holds no call; leave it out or put a call in it")
        return Region(calls, at + len("</tool_call>"), notes=all_notes)
    if not calls and text.startswith("{", at):
        return json_region(text, at, mark, table)
    if at >= len(text) or "</tool_call>".startswith(text[at:]) or FUNCTION.startswith(text[at:]):
        return Region(calls, len(text), cut=not calls, notes=all_notes)
    if calls:
        return Region(calls, at, notes=all_notes)
    if "</tool_call>" not in text[at:]:
        return Region([], at, prose=True)
    raise ToolCallError("not_a_call", f"expected <function=…>, not {quote(text[at : at + 20])}; send one")


def _function(text: str, at: int, table: ToolTable) -> tuple[RawCall | None, int, tuple[str, ...]]:
    """One function from its name on; no call if the text ends first. An unclosed parameter is noted."""
    nothing = None, len(text), ()
    match = _NAME.match(text, at)
    if match is None:
        if "\n" not in text[at:]:
            return nothing
        raise ToolCallError("no_name", "the call has no tool name; write <function=NAME>")
    name = match[0][:-1].strip()
    arguments: dict[str, object] = {}
    notes: tuple[str, ...] = ()
    at = skip_blank(text, match.end())
    while text.startswith(_PARAMETER, at):
        match = _NAME.match(text, at + len(_PARAMETER))
        if match is None:
            return nothing
        parameter = match[0][:-1].strip()
        value, at, closed = _value(text, match.end())
        if value is None:
            return nothing
        if not closed:
            value, note = _without_drift(value, parameter)
            notes += (note,)
        if len(arguments) >= MAX_PARAMETERS:
            raise ToolCallError("too_large", f"the call has more than {MAX_PARAMETERS} arguments; send fewer")
        if parameter in arguments:
            raise ToolCallError("duplicate_key", f"{quote(parameter)} is given twice; give it once")
        schema = table.properties(name).get(parameter, {})
        arguments[parameter] = read_typed(value, schema, table.schema(name), parameter)
        at = skip_blank(text, at)
    if text.startswith("</function>", at):
        return RawCall(name, arguments, typed=True), at + len("</function>"), notes
    if text.startswith("</tool_call>", at):
        return RawCall(name, arguments, typed=True), at, (*notes, f"{quote(name)} had no closing tag")
    remainder = text[at:]
    if any(tag.startswith(remainder) for tag in ("</function>", "</tool_call>", _PARAMETER)):
        return nothing
    found = quote(remainder[:20])
    raise ToolCallError("not_a_call", f"expected <parameter=…> or </function>, not {found}; send one")


def _value(text: str, at: int) -> tuple[str | None, int, bool]:
    """A parameter's text without one line break on each side; None if the text ends first.

    A closing tag counts where the next parameter or the function's end follows it. Without one, the value
    ends where the next parameter or the function's end stands.
    """
    end = _PARAMETER_END.search(text, at)
    function_end = text.find("</function>", at)
    following = _NEXT_PARAMETER.search(text, at)
    closed_at = end.start() if end else len(text)
    if function_end >= 0 and _NEXT_CALL.search(text, function_end, closed_at):
        closed_at = len(text)  # that closing tag belongs to a later call
    if following and following.start() < min(closed_at, function_end if function_end >= 0 else len(text)):
        return trimmed(text[at : following.start() + 1]), following.end(), False
    if end and closed_at < len(text):
        if _PARAMETER_TAG.search(text, at, closed_at):
            raise ToolCallError(
                "ambiguous_call", "a value holds the tag of a parameter, or is not closed; write it without"
            )
        return trimmed(text[at:closed_at]), end.end(), True
    if function_end >= 0:
        return trimmed(text[at:function_end]), function_end, False
    return None, len(text), False


def _without_drift(value: str, parameter: str) -> tuple[str, str]:
    """An unclosed value without a misspelt closing tag at its end, and what to say of it."""
    drift = _DRIFTED_END.search(value)
    if drift is None:
        return value, f"{quote(parameter)} had no closing tag"
    return trimmed(value[: drift.start()]), f"{quote(parameter)} was closed by {quote(drift[0].strip())}"
