"""One tool on one vehicle: a schema narrowed to what the vehicle has, and the parser that agrees with it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from intent_bridge.errors import ToolCallError
from intent_bridge.frozen import frozen
from intent_bridge.intents.base import Domain, IntentModel, Target
from intent_bridge.intents.comfort import ActivateScene, AdjustComfort, StopMotion
from intent_bridge.intents.feelings import MEANS, served
from intent_bridge.intents.fields import Reading, Words, reading, widest
from intent_bridge.intents.gaps import Plain
from intent_bridge.intents.refusal import Code, at, listed, quote, refuse
from intent_bridge.intents.zones import ZONES, Place, places, side_of
from intent_bridge.profile import Profile, plain
from intent_bridge.profile.model import Quantity


@frozen
class ToolSpec:
    """One tool as a model is shown it. `parameters` is JSON Schema 2020-12: flat, no `$ref`, no `oneOf`."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    domain: Domain
    read_only: bool
    idempotent: bool = False
    """The same call again changes nothing more: it names where to go, not how far."""


@frozen
class NotEquipped:
    """A sound call for something that this vehicle lacks: a tool (no `field`), a field, a zone or a word."""

    tool: str
    field: str = ""
    given: str = ""

    def __str__(self) -> str:
        if not self.field:
            return f"this vehicle has nothing that {self.tool} could set"
        if self.field == "zone":
            return f"this vehicle has no {self.tool.removeprefix('set_').replace('_', ' ')} at {self.given}"
        if not self.given:
            return f"this vehicle has no {self.field} that {self.tool} could set"
        return f"this vehicle has no {self.given} as {self.field} of {self.tool}"


class Tool(Protocol):
    """A tool of one vehicle: what a model is shown of it, and the parser that agrees with that."""

    @property
    def spec(self) -> ToolSpec:
        """What a model is shown."""

    @property
    def settings(self) -> Mapping[str, tuple[str, Mapping[str, Plain]]]:
        """Per argument that sets something, its setting, and the tool's own word for each of its words."""

    def parse(self, arguments: Mapping[str, object]) -> IntentModel | NotEquipped:
        """The intent that these plain arguments mean; ToolCallError when they do not fit."""


@dataclass(frozen=True)
class Narrowed:
    """One tool as this vehicle has it.

    `readings` hold, per field, what it accepts here; `elsewhere` the words that other vehicles accept, so
    that asking for one is `NotEquipped` and not a mistake; `absent` the fields that nothing here carries.
    """

    intent: type[IntentModel]
    spec: ToolSpec
    readings: Mapping[str, Reading]
    elsewhere: Mapping[str, frozenset[str]]
    absent: frozenset[str]
    check: Callable[[IntentModel], NotEquipped | None] | None = None
    """What one field cannot say: does the setting's own path exist at this zone, does the amount fit."""
    _fields: frozenset[str] = field(init=False)
    _accepted: Mapping[str, set[object]] = field(init=False, compare=False, repr=False)
    """Per field, values that its reading has accepted; after the model's own check they are of one type."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fields", frozenset(self.intent.model_fields))
        object.__setattr__(self, "_accepted", {name: set() for name in self.readings})

    @property
    def settings(self) -> Mapping[str, tuple[str, Mapping[str, Plain]]]:
        """Per argument that sets something, its setting."""
        if self.intent.read_only:
            return {}
        tool = self.intent.tool
        return {name: (f"{tool}.{name}", {}) for name in self.spec.parameters["properties"]}

    def parse(self, arguments: Mapping[str, object]) -> IntentModel | NotEquipped:
        """The intent that these plain arguments mean; ToolCallError when they do not fit the tool."""
        fields, given = self._fields, arguments
        if None in arguments.values():
            given = {name: v for name, v in arguments.items() if v is not None or name not in fields}
        try:
            intent: IntentModel = self.intent.__pydantic_validator__.validate_python(given)
        except ValidationError as error:
            raise self._refusal(error.errors(include_url=False)[0]) from None
        self._check_combination(given)
        missing: NotEquipped | None = None
        for name in given:
            if name in self.absent:
                missing = missing or NotEquipped(self.intent.tool, name)
            elif name in self.readings:
                value = getattr(intent, name)
                if value not in self._accepted[name]:
                    found = self._read(name, value)
                    missing = missing or found
        if missing is None and self.check is not None:
            missing = self.check(intent)
        return missing or intent

    def _read(self, name: str, value: Any) -> NotEquipped | None:
        try:
            self.readings[name].value(value)
        except ToolCallError as error:
            if isinstance(value, str) and value in self.elsewhere.get(name, ()):
                return NotEquipped(self.intent.tool, name, value)
            raise at(name, error) from None
        if len(self._accepted[name]) < _ACCEPTED_MAX:
            self._accepted[name].add(value)
        return None

    def _check_combination(self, given: Mapping[str, object]) -> None:
        one_of, exclusive = self.intent.needs_one_of, self.intent.exclusive
        if one_of and not any(name in given for name in one_of):
            raise refuse("missing_argument", f"give at least one of {listed(one_of)}")
        if exclusive and sum(name in given for name in exclusive) > 1:
            raise refuse("conflicting_arguments", f"give only one of {listed(exclusive)}")

    def _refusal(self, error: ErrorDetails) -> ToolCallError:
        where = ".".join(map(str, error["loc"]))
        if error["type"] == "extra_forbidden":
            taken = [name for name in self.intent.model_fields if name not in self.absent]
            takes = f"it takes {listed(taken)}" if taken else "it takes no arguments"
            name = quote(str(error["loc"][-1]))
            return refuse("extra_argument", f"{self.intent.tool} has no argument {name}; {takes}")
        if where in self.readings and error["type"] == "literal_error":
            try:  # the vehicle's own list of choices makes the better message
                self.readings[where].value(error["input"])
            except ToolCallError as own:
                return at(where, own)
        code, message = _plain_words(error)
        return refuse(code, message, where)


_ACCEPTED_MAX = 1024
_TYPES: Mapping[str, str] = {
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "tuple_type": "must be an array",
}


def _plain_words(error: ErrorDetails) -> tuple[Code, str]:
    """Pydantic's refusal in our codes, without the model's text in it."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "off_step":
        return "off_step", error["msg"]
    if kind == "missing":
        return "missing_argument", "is required"
    if kind == "literal_error":
        if not isinstance(error["input"], str):
            return "wrong_type", "must be a string"
        return "not_a_choice", f"must be {context['expected']}".replace("'", "")
    if kind in ("greater_than_equal", "less_than_equal", "too_short", "too_long"):
        return "out_of_range", error["msg"].lower()
    return "wrong_type", _TYPES.get(kind, error["msg"].lower())


def narrow(intent: type[IntentModel], profile: Profile) -> Narrowed | None:
    """The tool as this vehicle has it, or None when it has nothing of it.

    Raises ValueError, with a text for the integrator, when a path's type cannot carry its field.
    """
    readings: dict[str, Reading] = {}
    if intent is ActivateScene:
        readings["scene"] = Words({name: name for name in profile.file.scenes})
    elif intent is StopMotion:
        moving = [path for path, info in profile.actuators.items() if info.spec.motion]
        readings["zone"] = zones_of(moving, profile, anywhere=bool(moving))
    elif intent is AdjustComfort:
        readings["feeling"] = Words({feeling: feeling for feeling in served(profile)})
        readings["zone"] = zones_of(
            [p for t in MEANS.values() if t.zoned for p in present(t, profile)], profile
        )
    absent = set()
    for name in dict.fromkeys(t.field for t in intent.targets):
        targets = [t for t in intent.targets if t.field == name]
        found = [reading(t, q) for t in targets for q in present(t, profile).values()]
        if found and name in intent.model_fields:
            readings[name] = widest(found)
        elif not found:
            absent.add(name)
        for selector in {t.only[0] for t in targets if t.only}:
            readings[selector] = _selectable(selector, targets, profile)
    zoned = [path for t in intent.targets if t.zoned for path in present(t, profile)]
    if zoned:
        readings["zone"] = zones_of(zoned, profile)
    needed = set(intent.needs_one_of) or absent
    if (needed and needed <= absent) or any(isinstance(r, Words) and not r.names for r in readings.values()):
        return None
    narrowed = narrowed_with(intent, readings, frozenset(absent), profile)
    for target in intent.targets:
        if target.counts == "change":  # only with the size of a step can a model count in steps
            (quantity,) = present(target, profile).values()
            assert quantity.step is not None
            steps = f"How many steps of {plain(quantity.step)} {quantity.unit}."
            narrowed.spec.parameters["properties"]["steps"]["description"] = steps
    return narrowed


def narrowed_with(
    intent: type[IntentModel],
    readings: Mapping[str, Reading],
    absent: frozenset[str],
    profile: Profile,
    check: Callable[[IntentModel], NotEquipped | None] | None = None,
) -> Narrowed:
    """The class's own schema and parser, with some fields read the vehicle's way and some left out."""
    schema = _schema(intent)
    elsewhere: dict[str, frozenset[str]] = {}
    properties = schema["properties"]
    for name in properties.keys() & readings.keys():
        elsewhere[name] = frozenset(properties[name].get("enum", ()))
        properties[name] = _read_as(readings[name].schema, properties[name], name)
    for name in properties.keys() & absent:
        del properties[name]
    one_of = [name for name in intent.needs_one_of if name not in absent]
    if len(one_of) == 1:
        schema["required"] = [*schema.get("required", ()), *one_of]
    elif one_of:
        schema["minProperties"] = 1
    exclusive = [name for name in intent.exclusive if name not in absent]
    if len(exclusive) > 1:
        schema["not"] = {"required": exclusive}
    absolute = bool(intent.targets) and all(target.counts != "change" for target in intent.targets)
    idempotent = intent.read_only or absolute or intent is StopMotion
    spec = ToolSpec(
        intent.tool, _description(intent, profile), schema, intent.domain, intent.read_only, idempotent
    )
    return Narrowed(intent, spec, readings, elsewhere, absent, check)


def _schema(intent: type[IntentModel]) -> dict[str, Any]:
    """The class as a flat schema, without null: leaving an argument out is the one way to say nothing."""
    raw = intent.model_json_schema()
    properties = {}
    for name, shown in raw["properties"].items() if "properties" in raw else ():
        choices = [c for c in shown.get("anyOf", ()) if c != {"type": "null"}]
        inner = choices[0] if len(choices) == 1 else ({"anyOf": choices} if choices else {})
        kept = {k: v for k, v in shown.items() if k not in ("title", "default", "anyOf", "description")}
        described = {"description": shown["description"]} if "description" in shown else {}
        properties[name] = {**inner, **kept, **described}
    required = {"required": raw["required"]} if "required" in raw else {}
    return {"type": "object", "properties": properties, **required, "additionalProperties": False}


def _read_as(here: dict[str, Any], anywhere: dict[str, Any], name: str) -> dict[str, Any]:
    """The vehicle's schema of a field with the class's description; ValueError when their types differ."""
    takes = {choice.get("type") for choice in anywhere.get("anyOf", (anywhere,))}
    gets = {choice["type"] for choice in here.get("anyOf", (here,))}
    if not gets <= (takes | {"integer"} if "number" in takes else takes):
        raise ValueError(
            f"argument {name} is a {' or '.join(sorted(takes))}, the profile's path a {gets.pop()}"
        )
    return {**here, "description": anywhere["description"]} if "description" in anywhere else here


def _description(intent: type[IntentModel], profile: Profile) -> str:
    text = " ".join((intent.__doc__ or "").split())
    if intent is ActivateScene:
        text += "".join(f" {name}: {scene.description}" for name, scene in profile.file.scenes.items())
    return text


def present(target: Target, profile: Profile) -> dict[str, Quantity]:
    """The vehicle's paths of one target."""
    found = {p.path(target.path) for p in places("all", profile.file.driver_side)}
    return {path: profile.actuators[path].spec for path in sorted(found) if path in profile.actuators}


def zones_of(paths: Collection[str], profile: Profile, *, anywhere: bool = False) -> Words:
    """The zones, as people speak of them, of which at least one place has one of `paths`."""
    side = profile.file.driver_side

    def has(place: Place) -> bool:
        return any(f".{segment}." in f"{path}." for path in paths for segment in (place.seat, place.station))

    here = [place for place in places("all", side) if has(place)]
    found = [zone for zone in ZONES if any(place in here for place in places(zone, side))]
    spoken: list[str] = [*found, *(["all"] if anywhere and not here else [])]
    spoken += [f"{one}_side" for one in ("left", "right") if any(side_of(p, side) == one for p in here)]
    rows = [place.seat.split(".")[0] for place in here]
    spoken += ["my_side"] if here else []
    spoken += ["next_to_me"] if len(rows) > len(set(rows)) else []
    spoken += ["behind_me", "kids"] if "Row2" in rows else []
    return Words({zone: zone for zone in spoken})


def _selectable(selector: str, targets: list[Target], profile: Profile) -> Words:
    """The words of `only` that lead to something this vehicle has; single things before groups."""
    only = [(t.only[1], present(t, profile)) for t in targets if t.only and t.only[0] == selector]
    groups = [word for words, _ in only for word in words]
    here = dict.fromkeys(word for words, paths in only if paths for word in words)
    return Words({word: word for word in sorted(here, key=groups.count)})
