"""From a message out of its dialect to what the host gets: names, ids, arguments checked, all or nothing."""

from dataclasses import dataclass

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.refusal import listed, quote
from intent_bridge.llm.door import kind, read_arguments
from intent_bridge.llm.model import Message, ParsedCall, RawCall, ReadError, ReadResult
from intent_bridge.llm.salvage import mended_json
from intent_bridge.llm.schema import Fit
from intent_bridge.llm.single import check_name
from intent_bridge.llm.table import ToolTable

MAX_CALLS = 64
"""Calls in one message; a model that writes more has lost itself."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a call beyond sound form.

    `checks`: hold it against the offered tools. `coerce`: read "22" as 22 where the tool wants a number, and
    say so. `lenient`: mend JSON text that has a fence, a trailing comma or a bracket too many, and say so.
    `nameless`: a call may lack its tool's name, which the host knows.
    """

    checks: bool = True
    coerce: bool = True
    lenient: bool = False
    nameless: bool = False


def settle(message: Message, table: ToolTable, rules: Rules) -> ReadResult:
    """The calls of a message, or why none of them may be acted on; never raises."""
    if message.error is not None:
        return refused(message.error, message.rest, complete=message.complete)
    notes = list(message.notes)
    try:
        if len(message.calls) > MAX_CALLS:
            raise ToolCallError("too_large", f"the message has more than {MAX_CALLS} calls; send fewer")
        calls = tuple(_parsed(call, table, rules, notes) for call in message.calls)
        _check_ids(calls)
    except ToolCallError as error:
        return refused(error, message.rest, complete=message.complete)
    return ReadResult(calls, message.rest, None, message.complete, tuple(notes))


def refused(error: ToolCallError, rest: str = "", *, complete: bool = True) -> ReadResult:
    """The result that refuses a message."""
    return ReadResult((), rest, ReadError(error.code, str(error)), complete and error.code != "incomplete")


def _parsed(call: RawCall, table: ToolTable, rules: Rules, notes: list[str]) -> ParsedCall:
    name = "" if call.name == "" and rules.nameless else check_name(call.name)
    if call.id is not None and (isinstance(call.id, bool) or not isinstance(call.id, str | int)):
        raise ToolCallError("bad_id", f"the id of a call is {kind(call.id)}; use a string", "id")
    arguments = _arguments(call.arguments, rules, notes)
    if rules.checks and table.schemas:
        if name not in table:
            offered = listed(list(table.schemas)[:32])
            raise ToolCallError("unknown_tool", f"there is no tool {quote(name)}; use {offered}")
        fit = Fit(table.schema(name), coerce=rules.coerce, null_fits=call.typed)
        arguments = fit.arguments(arguments)
        notes += fit.notes
    return ParsedCall(name, arguments, call.id)


def _arguments(value: object, rules: Rules, notes: list[str]) -> dict[str, object]:
    if not isinstance(value, str):
        return read_arguments(value)
    if value.startswith("\ufeff"):
        value = value.removeprefix("\ufeff")
        notes.append("a byte order mark before the arguments was dropped")
    try:
        return read_arguments(value)
    except ToolCallError as error:
        if error.code == "not_an_object" and rules.coerce:
            twice = _encoded_twice(value)
            if twice is not None:
                notes.append("arguments encoded as JSON twice were decoded twice")
                return twice
        if not rules.lenient or error.code != "not_json":
            raise
        mended, why = mended_json(value)
        arguments = read_arguments(mended)
        notes.extend(why)
        return arguments


def _encoded_twice(text: str) -> dict[str, object] | None:
    try:
        inner = read_arguments(f'{{"text": {text}}}')["text"]
        return read_arguments(inner) if isinstance(inner, str) and inner.strip() else None
    except ToolCallError:
        return None


def _check_ids(calls: tuple[ParsedCall, ...]) -> None:
    ids = [call.id for call in calls if call.id not in (None, "")]
    if len(set(ids)) < len(ids):
        raise ToolCallError("duplicate_id", "two calls have the same id; give each its own")
