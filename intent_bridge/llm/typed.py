"""Values of formats that write no types (one XML tag per parameter): the schema decides.

Order of trial: null, integer, number, boolean, object or array, string. A value that fits none of the
types its parameter allows is refused; it is never passed on as a string instead.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents.front_door import read_json
from intent_bridge.intents.refusal import listed, quote
from intent_bridge.llm.pyliteral import read_literal
from intent_bridge.llm.schema import types_of

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?")
_BLANKS: Final = " \t\r\n"
_LINE_BREAKS: Final = re.compile(r"\A\r?\n|\r?\n\Z")


def trimmed(value: str) -> str:
    """What stands between two tags, without one line break on each side."""
    return _LINE_BREAKS.sub("", value)


def read_typed(text: str, schema: object, root: Mapping[str, Any], where: str) -> object:
    """The value of one parameter; a string where its schema names no type. ToolCallError `wrong_type`."""
    types = types_of(schema, root)
    bare = text.strip(_BLANKS)
    if bare.lower() == "null":
        return None
    if bare == "None" and types and ("null" in types or "string" not in types):
        return None  # templates print Python's own values
    if "integer" in types and _INTEGER.fullmatch(bare):
        return int(bare)
    if "number" in types and _NUMBER.fullmatch(bare):
        number = float(bare)
        if number in (float("inf"), float("-inf")):
            raise ToolCallError("not_finite", "the number is infinite; give a finite number", where)
        return int(bare) if _INTEGER.fullmatch(bare) else number
    if "boolean" in types and bare.lower() in ("true", "false"):
        return bare.lower() == "true"
    if types & {"object", "array"} and bare[:1] in ("{", "["):
        found = _container(bare)
        if isinstance(found, dict) and "object" in types:
            return found
        if isinstance(found, list) and "array" in types:
            return found
    if not types or "string" in types:
        return text
    wanted = listed(sorted(types))
    raise ToolCallError("wrong_type", f"{quote(text)} is not {wanted}; send {wanted}", where)


def _container(text: str) -> object:
    """An object or array, as JSON or as Python prints it (older templates do); None if it is neither."""
    for read in (read_json, read_literal):
        try:
            return read(text)
        except ToolCallError as error:
            if error.code not in ("not_json", "incomplete"):
                raise
    return None
