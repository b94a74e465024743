"""What a model is shown is what is enforced: JSON Schema (jsonschema) and parser (pydantic) agree.

Random arguments nearly always miss in several ways at once and prove little, so most examples start from
valid arguments and spoil exactly one thing.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue, IntentModel, NotEquipped, Target, places, to_value
from intent_bridge.profile import Profile, load_profile, shipped_vehicles
from intent_bridge.profile.model import Quantity
from intent_bridge.profile.values import check
from intent_bridge.types import ToolCall
from tests.unit.intents.car import full_car, without

Arguments = dict[str, Any]

CARS: Mapping[str, Callable[[], Profile]] = {
    "full_car": full_car,
    "sparse_car": lambda: without(
        full_car(),
        *("Massage", "Row2.Driver.Temp", "Row2.DriverSide.Window", "LaneKeepAssist.Sens", "IsRearDefroster"),
        *("LaneDepartureDet", "Trunk.Rear.IsOpen", "Fog.Front"),
    ),
    "tiny_car": lambda: load_profile(Path(__file__).parent.parent / "data" / "tiny_car"),
    **{name: partial(load_profile, name) for name in shipped_vehicles()},
}


@cache
def profile(name: str) -> Profile:
    return CARS[name]()


@cache
def catalogue(name: str) -> Catalogue:
    return Catalogue(profile(name))


@cache
def validators(name: str) -> dict[str, Draft202012Validator]:
    for tool in catalogue(name).tools:
        Draft202012Validator.check_schema(tool.parameters)
    return {tool.name: Draft202012Validator(tool.parameters) for tool in catalogue(name).tools}


def parser_accepts(car: str, tool: str, arguments: object) -> bool:
    try:
        parsed = catalogue(car).parse(ToolCall("1", tool, arguments))  # type: ignore[arg-type]
    except ToolCallError:
        return False
    return not isinstance(parsed, NotEquipped)


def schema_accepts(car: str, tool: str, arguments: object) -> bool:
    """The schema's word; it does not mention that null means "not given" for an optional argument."""
    validator = validators(car)[tool]
    if isinstance(arguments, dict):
        shown = next(t.parameters for t in catalogue(car).tools if t.name == tool)
        optional = set(shown["properties"]) - set(shown.get("required", ()))
        arguments = {k: v for k, v in arguments.items() if not (v is None and k in optional)}
    try:
        json.dumps(arguments, allow_nan=False)
    except ValueError:
        return False
    return bool(validator.is_valid(arguments))


# --- valid arguments, drawn from the schema


def valid_value(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "anyOf" in schema:
        return st.one_of([valid_value(choice) for choice in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(
                valid_value(schema["items"]), min_size=schema["minItems"], max_size=schema["maxItems"]
            )
        case "integer" | "number":
            step = schema.get("multipleOf", 1)
            low, high = round(schema["minimum"] / step), round(schema["maximum"] / step)
            number = st.integers(low, high).map(lambda n: n * step)
            return st.one_of(number, number.map(float))
    raise AssertionError(schema)


@st.composite
def valid_arguments(draw: st.DrawFn, schema: Mapping[str, Any]) -> Arguments:
    properties, required = schema["properties"], schema.get("required", [])
    optional = [name for name in properties if name not in required]
    if "setting" in properties:  # zone and amount depend on the setting; a flat schema cannot say how
        optional = ["size"]
    chosen = draw(st.lists(st.sampled_from(optional), unique=True)) if optional else []
    exclusive = schema.get("not", {}).get("required", [])
    if len(set(exclusive) & set(chosen)) > 1:
        chosen = [name for name in chosen if name not in exclusive[1:]]
    if not chosen and schema.get("minProperties"):
        chosen = [draw(st.sampled_from(optional))]
    return {name: draw(valid_value(properties[name])) for name in [*required, *chosen]}


# --- one thing spoiled

WRONG = [None, True, False, 0, 1, -1, 2.0, 0.5, 1e300, 10**40, float("nan"), float("inf"), "", "22", "true"]
WORDS = [
    "LO",
    "lo",
    "driver",
    "Driver",
    "driver ",
    "all",
    "rear_left",
    "up",
    "off",
    "max",
    "auto",
    "snow",
    "[]",
    "\u200b",
]
WRONG_TYPES = st.sampled_from([*WRONG, *WORDS, [], {}, ["climate"], ["climate", 1], {"celsius": 22}])


def beside(value: Any, schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values just beside a valid one: off the grid, over the edge, another spelling."""
    near: list[Any] = []
    for part in schema.get("anyOf", [schema]):
        if "minimum" in part:
            step = part.get("multipleOf", 1)
            near += [
                part["minimum"] - step,
                part["maximum"] + step,
                part["minimum"] - 0.1,
                part["maximum"] + 1e-9,
            ]
        for word in part.get("enum", ()):
            near += (
                [word.upper(), word + " ", word[:-1]] if isinstance(word, str) else [word + 0.1, str(word)]
            )
    if isinstance(value, str):
        near += [value.upper(), value.title(), value + "\n"]
    elif isinstance(value, bool):
        near += [int(value), str(value).lower()]
    elif isinstance(value, int | float):
        near += [value + 0.25, value + 0.5, value + 1, str(value), [value], value + 1e-6]
    elif isinstance(value, list):
        near += [value * 6, value[0], [v.upper() for v in value], []]
    return st.one_of(st.sampled_from(near), WRONG_TYPES) if near else WRONG_TYPES


@st.composite
def spoiled(draw: st.DrawFn, schema: Mapping[str, Any]) -> Arguments:
    arguments = draw(valid_arguments(schema))
    properties = schema["properties"]
    ways = ["extra", *(["drop", "value"] if arguments else []), *(["add"] if properties else [])]
    match draw(st.sampled_from(ways)):
        case "extra":
            name = draw(
                st.sampled_from(["tool", "intent", "change", "Zone", "celsius ", "zone", "percent", ""])
            )
            arguments.setdefault(name, draw(st.sampled_from([None, 1, "driver", True])))
        case "drop":
            del arguments[draw(st.sampled_from(sorted(arguments)))]
        case "value":
            name = draw(st.sampled_from(sorted(arguments)))
            arguments[name] = draw(beside(arguments[name], properties[name]))
        case "add":
            name = draw(st.sampled_from(sorted(properties)))
            arguments[name] = draw(WRONG_TYPES)
    if "setting" in properties and not may_be_compared(arguments):
        arguments.pop("amount", None)
        arguments.pop("zone", None)
    return arguments


def may_be_compared(arguments: Arguments) -> bool:
    """Not the one thing a flat schema cannot say: which amounts and zones go with which setting."""
    amount = arguments.get("amount")
    within = isinstance(amount, int | float) and not isinstance(amount, bool) and 0 < amount < 1e3
    return not within and not isinstance(arguments.get("zone"), str)


@st.composite
def a_tool(draw: st.DrawFn, car: str) -> tuple[str, Mapping[str, Any]]:
    tool = draw(st.sampled_from(catalogue(car).tools))
    return tool.name, tool.parameters


few = settings(max_examples=settings().max_examples // 5)
"""Of each tool; there are forty of them."""


def for_each_tool(
    car: str,
    strategy: Callable[[Mapping[str, Any]], st.SearchStrategy[Arguments]],
    claim: Callable[[str, Arguments], None],
) -> None:
    for tool in catalogue(car).tools:

        def about_this_tool(arguments: Arguments) -> None:
            claim(tool.name, arguments)  # noqa: B023  # called before the next round

        given(strategy(tool.parameters))(few(about_this_tool))()


@pytest.mark.parametrize("car", CARS)
def test_every_tool_accepts_what_its_schema_describes(car: str) -> None:
    def both_accept(tool: str, arguments: Arguments) -> None:
        assert schema_accepts(car, tool, arguments), (tool, arguments)
        assert parser_accepts(car, tool, arguments), (tool, arguments)

    for_each_tool(car, valid_arguments, both_accept)


@pytest.mark.parametrize("car", CARS)
def test_schema_and_parser_agree_when_one_thing_is_spoiled(car: str) -> None:
    def agree(tool: str, arguments: Arguments) -> None:
        assert schema_accepts(car, tool, arguments) == parser_accepts(car, tool, arguments), (tool, arguments)

    for_each_tool(car, spoiled, agree)


@pytest.mark.parametrize("car", ["full_car", "sparse_car"])
@given(data=st.data())
def test_schema_and_parser_agree_on_what_belongs_to_another_tool(car: str, data: st.DataObject) -> None:
    _, other = data.draw(a_tool(car))
    name, schema = data.draw(a_tool(car))
    arguments = data.draw(valid_arguments(other))
    if "setting" not in schema["properties"] or may_be_compared(arguments):
        assert schema_accepts(car, name, arguments) == parser_accepts(car, name, arguments)


@pytest.mark.parametrize("car", [car for car in CARS if not profile(car).own_only])
@given(data=st.data())
def test_an_accepted_call_is_read_back_equal(car: str, data: st.DataObject) -> None:
    name, schema = data.draw(a_tool(car))
    intent = catalogue(car).parse(ToolCall("1", name, data.draw(valid_arguments(schema))))
    assert isinstance(intent, IntentModel)
    assert intent.arguments == intent.model_dump(exclude_none=True)  # pydantic's own, and slower, way
    arguments = json.loads(json.dumps(intent.arguments))
    assert catalogue(car).parse(ToolCall("2", name, arguments)) == intent


@pytest.mark.parametrize("car", CARS)
@given(data=st.data())
def test_an_accepted_value_fits_at_least_one_place(car: str, data: st.DataObject) -> None:
    name, schema = data.draw(a_tool(car))
    intent = catalogue(car).parse(ToolCall("1", name, data.draw(valid_arguments(schema))))
    assert isinstance(intent, IntentModel)
    for target in intent.targets:
        content = getattr(intent, target.field)
        quantities = quantities_of(car, target)
        if quantities and content is not None and target.counts != "change":
            assert [q for q in quantities if takes(target, q, content)]


def quantities_of(car: str, target: Target) -> list[Quantity]:
    paths = {place.path(target.path) for place in places("all", profile(car).file.driver_side)}
    return [profile(car).actuators[path].spec for path in sorted(paths & profile(car).actuators.keys())]


def takes(target: Target, quantity: Quantity, content: object) -> bool:
    try:
        value = to_value(target, quantity, content)
    except ToolCallError:  # a rear seat may move less than the front seats
        return False
    check(quantity, value)
    return True
