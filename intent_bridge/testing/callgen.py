"""Tool calls for any vehicle: valid ones, nearly valid ones with exactly one thing spoilt, hostile bytes.

Everything is made from the schemas that a model of this vehicle would be given.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator

from intent_bridge.intents import Catalogue
from intent_bridge.testing.dice import Dice
from intent_bridge.testing.steps import DRIVER, Call, Raw
from intent_bridge.types import Channel, Provenance, SeatZone, Speaker

Maker: TypeAlias = Callable[[Dice], Any]
Schema: TypeAlias = Mapping[str, Any]

HOSTILE_TEXTS = (
    "",
    "null",
    "[]",
    "{}",
    "{" * 2000,
    "[" * 100_000,
    '{"name": "set_window", "arguments": {"percent": NaN}}',
    '{"name": "set_window", "arguments": {"percent": 1e999}}',
    '{"name": "set_window", "name": "set_trunk", "arguments": {}}',
    '{"name": "set_trunk", "arguments": {"percent": 1, "percent": 100}}',
    '{"name": "set_trunk", "arguments": {"percent": 1, "\\u0070ercent": 100}}',
    '{"name": "set_trunk", "arguments": {"percent": ' + "9" * 5000 + "}}",
    '{"name": "\\u0000", "arguments": "\\ud800"}',
    '{"name": "set_seat_position\\u200b", "arguments": {"zone": "driver", "millimetres": 250}}',
    "{'name': 'set_window', 'arguments': __import__('os')}",
    '<tool_call>{"name": "set_window"</tool_call>',
    '{"name": {"$ref": "#"}, "arguments": [[[[]]]]}',
    '{"id": "' + "x" * 4000 + '", "name": "set_window", "arguments": {}}',
)
LOOKALIKES = str.maketrans({"a": "а", "e": "е", "o": "о", "i": "і", "s": "ѕ"})  # Cyrillic
STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    -1,
    10**30,
    0.1,
    "",
    "0",
    "driver\x00",
    [],
    {},
    ["driver"],
    1e308,
)

READS = 10
"""Of so many calls at most one only reads, however many such tools a vehicle has."""

SMUGGLED = ("confirmed", "speaker", "human_yes", "provenance", "__class__", "Zone", "\u200bzone")
"""Arguments that no tool has."""

_SEATS = (Speaker.DRIVER, Speaker.PASSENGER, Speaker.REAR_LEFT, Speaker.REAR_RIGHT)
PEOPLE = (
    *(DRIVER for _ in range(100)),
    *(Provenance(s, SeatZone(s.value), Channel.VOICE) for s in _SEATS),
    *(Provenance(s, SeatZone(s.value), Channel.TOUCH) for s in _SEATS),
    *(Provenance(s, SeatZone.UNKNOWN, Channel.VOICE) for s in Speaker),
    Provenance(Speaker.DRIVER, SeatZone.PASSENGER, Channel.VOICE),
    Provenance(Speaker.APP, SeatZone.UNKNOWN, Channel.APP),
    Provenance(Speaker.DRIVER, SeatZone.DRIVER, Channel.VOICE, untrusted_text=True),
    Provenance(Speaker.PASSENGER, SeatZone.PASSENGER, Channel.VOICE, untrusted_text=True),
    Provenance(),
)
"""Who speaks; the driver by voice in a good half of all cases."""


class Calls:
    """Makes calls for the tools of one vehicle."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._schemas: dict[str, Schema] = {tool.name: tool.parameters for tool in catalogue.tools}
        self._makers = {name: _maker(schema) for name, schema in self._schemas.items()}
        self.names = tuple(self._makers)
        self._offered = _offered(catalogue)
        self._checks = {
            (name, key): Draft202012Validator(schema)
            for name, whole in self._schemas.items()
            for key, schema in whole.get("properties", {}).items()
        }
        texts = [v for s in self._schemas.values() for v in _enum_words(s)]
        self._words = tuple(dict.fromkeys(texts)) or ("on",)

    def valid(self, dice: Dice, name: str | None = None) -> Call:
        """A call whose arguments fit the tool's schema; one in ten, where no tool is named, only reads."""
        name = name or dice.pick(self._offered)
        return Call(name, self._makers[name](dice), dice.pick(PEOPLE))

    def spoilt(self, dice: Dice) -> Call:
        """A valid call with exactly one thing wrong in it."""
        call = self.valid(dice)
        arguments = dict(call.arguments)
        required = [k for k in self._schemas[call.name].get("required", ()) if k in arguments]
        whole = False
        match dice.index(6):
            case 0 if required:
                del arguments[dice.pick(required)]
            case 1 if arguments:
                key = dice.pick(sorted(arguments))
                arguments[key] = dice.pick(STRANGE)
                whole = self._checks[call.name, key].is_valid(arguments[key])
            case 2 if arguments:
                key = dice.pick(sorted(arguments))
                arguments[key] = self._nudged(dice, call.name, key, arguments[key])
                whole = self._checks[call.name, key].is_valid(arguments[key])
            case 3:
                spoilt_name = (
                    call.name.upper(),
                    call.name + " ",
                    call.name.translate(LOOKALIKES),
                    call.name[:-1],
                )
                return Call(dice.pick(spoilt_name), arguments, call.who)
            case 4 if arguments:
                key = dice.pick(sorted(arguments))
                arguments[key.upper()] = arguments.pop(key)
                whole = key.upper() == key
            case _:
                whole = True
        if whole:
            arguments[dice.pick(SMUGGLED)] = dice.pick((True, "driver", 1, None))
        return Call(call.name, arguments, call.who)

    def hostile(self, dice: Dice) -> Raw:
        """Text or bytes that no call looks like, or almost."""
        who = dice.pick(PEOPLE)
        match dice.index(4):
            case 0:
                return Raw(dice.pick(HOSTILE_TEXTS), who)
            case 1:
                return Raw(bytes(dice.index(256) for _ in range(dice.index(40))), who)
            case _:
                call = self.valid(dice)
                text = json.dumps({"name": call.name, "arguments": dict(call.arguments)})
                at = dice.index(len(text))
                return Raw(
                    text[:at] + dice.pick(('"', "}", "\\", "\x00", "", "9", "{", "\u202e")) + text[at + 1 :],
                    who,
                )

    def _nudged(self, dice: Dice, name: str, key: str, value: Any) -> Any:
        """An argument just out of its bounds, off its step, or another tool's word."""
        if isinstance(value, bool):
            return int(value)
        if value is None or isinstance(value, list | dict):
            return [value]
        if isinstance(value, int | float):
            bounds = self._schemas[name]["properties"].get(key, {})
            high, low = bounds.get("maximum", 30), bounds.get("minimum", 0)
            return dice.pick((high + 1, low - 1, value + 0.01, str(value), -value - 1, high * 10 + 7))
        return dice.pick((value + " ", value.title() + "x", *self._words))


def _offered(catalogue: Catalogue) -> tuple[str, ...]:
    """The tools, so often that those that only read are at most one in READS: they move nothing."""
    names = tuple(tool.name for tool in catalogue.tools)
    acting = tuple(tool.name for tool in catalogue.tools if not tool.read_only)
    reading = len(names) - len(acting)
    more = -(-reading * (READS - 1) // len(acting)) - 1 if acting else 0
    return names + acting * max(0, more)


def _maker(schema: Schema) -> Maker:
    """A generator for the values of one schema; covers what tool schemas use."""
    if "const" in schema or "enum" in schema:
        values = tuple(schema["enum"]) if "enum" in schema else (schema["const"],)
        return lambda dice: dice.pick(values)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            makers = tuple(_maker(s) for s in schema[word])
            return lambda dice: makers[max(0, dice.index(len(makers) + 3) - 3)](dice)
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "boolean":
            return lambda dice: dice.index(2) == 1
        case "integer" | "number":
            return _number(schema)
        case "array":
            item, most = _maker(schema["items"]), schema.get("maxItems", 3)
            least = schema.get("minItems", 0)
            return lambda dice: [item(dice) for _ in range(dice.between(least, most))]
        case "string":
            return lambda dice: dice.pick(("a", "driver", "x" * schema.get("maxLength", 20)))
        case _:
            return lambda dice: None


def _object(schema: Schema) -> Maker:
    required = frozenset(schema.get("required", ()))
    makers = tuple((key, _maker(s), key in required) for key, s in schema.get("properties", {}).items())
    least = schema.get("minProperties", 0)
    exclusive = tuple(schema.get("not", {}).get("required", ()))

    def make(dice: Dice) -> dict[str, Any]:
        made = {key: maker(dice) for key, maker, needed in makers if needed or dice.index(4)}
        if exclusive and all(key in made for key in exclusive):
            del made[dice.pick(exclusive)]
        if len(made) < least:
            key, maker, _ = dice.pick(makers)
            made[key] = maker(dice)
        return made

    return make


def _number(schema: Schema) -> Maker:
    step = Decimal(str(schema.get("multipleOf", 1)))
    low, high = Decimal(str(schema.get("minimum", 0))), Decimal(str(schema.get("maximum", 100)))
    if "exclusiveMinimum" in schema:
        low = Decimal(str(schema["exclusiveMinimum"])) + step
    count = int((high - low) / step)
    whole = schema["type"] == "integer" or step == int(step)
    edges = (0, count, min(1, count), max(0, count - 1))

    def make(dice: Dice) -> int | float:
        steps = dice.pick(edges) if dice.index(3) == 0 else dice.index(count + 1)
        value = low + steps * step
        return int(value) if whole else float(value)

    return make


def _enum_words(schema: Any) -> list[str]:
    if isinstance(schema, Mapping):
        own = [v for v in schema.get("enum", ()) if isinstance(v, str)]
        return own + [w for v in schema.values() for w in _enum_words(v)]
    return [w for v in schema for w in _enum_words(v)] if isinstance(schema, list) else []
