"""The table of things (`things.yaml`), and what follows from it: the usual thing, complaints, places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from intent_bridge.intents import Catalogue
from intent_bridge.intents.zones import DriverSide
from intent_bridge.nlu.slots import Slots
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import ToolCall


@dataclass(frozen=True, slots=True)
class Car:
    """What has to be known of the car to put a request into words of its catalogue."""

    catalogue: Catalogue
    driver_side: DriverSide

    def listed(self, tool: str, field: str) -> tuple[Decimal, ...]:
        """The numbers that this car offers for a field, smallest first."""
        spec = self.catalogue.intents.get(tool)
        offered = spec.parameters["properties"].get(field, {}).get("enum", ()) if spec is not None else ()
        return tuple(sorted(Decimal(str(number)) for number in offered))

    def valued(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments with every share of a range ("67 %") as the number it means here."""
        return {
            field: self.share(tool, field, Decimal(value.removesuffix("%")))
            if isinstance(value, str) and value.endswith("%")
            else value
            for field, value in arguments.items()
        }

    def is_placed(self, call: ToolCall) -> bool:
        """Whether a call that sets a value could name a place, and names none."""
        spec = self.catalogue.intents.get(call.name)
        zoned = spec is not None and "zone" in spec.parameters["properties"]
        if call.name == "adjust_setting":
            setting = call.arguments.get("setting")
            zoned = any(t.get("zone", False) for t in things().values() if t.get("setting") == setting)
        return zoned and "zone" not in call.arguments

    def share(self, tool: str, field: str, percent: Decimal) -> int:
        """A share of the range of a field from 0 up, at least one step unless it is none of it."""
        spec = self.catalogue.intents.get(tool)
        most = spec.parameters["properties"].get(field, {}).get("maximum", 1) if spec is not None else 1
        number = int((Decimal(str(most)) * percent / 100).to_integral_value(ROUND_HALF_UP))
        return max(1, number) if percent > 0 else number


@dataclass(frozen=True, slots=True)
class Problem:
    """Why no call was made of a request: the code of the abstention, and the thing it was about."""

    code: str
    about: str = ""


@cache
def _file() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read_yaml(Path(__file__).parent / "things.yaml").data
    return data


def things() -> Mapping[str, Mapping[str, Any]]:
    """The table of things, read once."""
    table: Mapping[str, Mapping[str, Any]] = _file()["things"]
    return table


def joins() -> Mapping[str, Mapping[str, Any]]:
    """Of a tool: the value that two other values make together."""
    table: Mapping[str, Mapping[str, Any]] = _file()["joins"]
    return table


@cache
def settings_by_tool() -> Mapping[tuple[str, str], str]:
    """Of each tool that sets a value, and its field for that, the name of its setting in `adjust_setting`."""
    tables = [table for table in things().values() if "setting" in table and "number" in table]
    return {(table["tool"], table["number"]): table["setting"] for table in tables}


def usual_thing(said: Slots) -> str | None:
    """The thing that is meant where none is named: "22 degrees", "warmer"."""
    usual: Mapping[str, str] = _file()["usual"]
    half = said.number is not None and said.number % 1 != 0  # "sixteen and a half"
    asked = said.set or said.marks & {"to", "want"} or half
    placed = said.zone or (said.act is None and asked)
    if placed and said.unit is None and is_usual(said.number):
        return str(_file()["usual_number"]["thing"])
    if asked and len(said.words) == 1:
        by_word: Mapping[str, str] = _file()["usual_words"]
        return by_word.get(next(iter(said.words)))
    return next((usual[word] for word in (said.act, said.unit) if word and word in usual), None)


def is_usual(number: Decimal | None) -> bool:
    """Whether a number alone would be the usual thing's: "22"."""
    usual: Mapping[str, Any] = _file()["usual_number"]
    return bool(usual["from"] <= (number or 0) <= usual["to"])


def felt_thing(said: Slots, feelings: Sequence[str]) -> str | None:
    """What is meant after somebody said how they feel: "it's too warm, turn it down"."""
    known: Mapping[str, Mapping[str, str]] = _file()["usual_after"]
    meant = {known.get(feeling, {}).get(said.act or "") for feeling in feelings}
    return meant.pop() if len(meant) == 1 else None


def switched_to(said: Slots) -> Slots:
    """ "Switch to recirculation": named and wanted, so on."""
    table = things().get(said.thing or "", {})
    if said.act == "halt" and not table.get("moves"):
        return replace(said, act="off")  # "stop the fan" is off, "stop the window" is where it is
    if said.has_value or said.negated or not table.get("set_is_on" if said.set else "named_is_on"):
        return said
    return replace(said, act="on")


def wished(said: Slots) -> Slots:
    """ "A massage, please": asked for and nothing said of it, so on."""
    table = things().get(said.thing or "", {})
    bare = not said.has_value or (
        table.get("needs_act") and not (said.act or said.number or said.end or said.size)
    )
    if not bare or said.negated or not table.get("asked_is_on"):
        return said
    return replace(said, act="on", marks=said.marks - {"want"})


def reasoned(requests: Sequence[Slots]) -> list[Slots]:
    """The requests without those that are the reason for another: "the wind is too strong, close it".

    Also without a scene that is only told: "I'm late for work, close the windows".
    """

    def is_reason(one: Slots) -> bool:
        told = one.thing is not None and one.act is not None and one.act.startswith("too_")
        beside = things().get(one.thing or "", {}).get("reason_for", ()) if told else ()
        return any(other.thing in beside or (told and _is_answer(other, one)) for other in requests)

    def is_beside(one: Slots) -> bool:
        alone = things().get(one.thing or "", {}).get("alone", False)
        return len(requests) > 1 and (alone or "fact" in one.marks)  # 要进洗车房，车窗全部升起

    return [one for one in requests if not is_reason(one) and not is_beside(one)]


def shared(requests: Sequence[Slots]) -> list[Slots]:
    """ "The massage and the heating, both off", "face and feet both": "both" counts no places there.

    "The windows and the roof, all of them shut": what is said of all bears on each of a list.
    """
    out: list[Slots] = []
    for at, one in enumerate(requests):
        of_all = next((r.zone == "all" and r.has_value for r in requests[at + 1 :] if r.thing), False)
        zoned = things().get(one.thing or "", {}).get("zone", False)
        if of_all and zoned and not (one.has_value or one.zone):
            one = replace(one, zone="all")
        listed = out and out[-1].thing is not None and not out[-1].has_value
        joined = any(word in table for table in joins().values() for word in one.words.values())
        out.append(replace(one, zone=None) if one.zone == "each" and (listed or joined) else one)
    return out


def _is_answer(other: Slots, complaint: Slots) -> bool:
    """ "The perfume is making me ill, scent off": what is wanted of a thing that somebody complains of."""
    asks = other.has_value and not other.negated and not (other.act or "").startswith("too_")
    return asks and other.thing == complaint.thing and other.zone == complaint.zone


def complained(said: Slots) -> Slots:
    """ "The seat is too hot": it is the heating of it that "it" is, and that is asked for less."""
    other = things().get(said.thing or "", {}).get("as", {}).get(said.act or "")
    if other is None or not (said.act or "").startswith("too_"):
        return said
    return replace(said, thing=other, whole=said.thing)


def placed(said: Slots) -> Slots:
    """ "The rear one on", of what has no places: its own word for that ("the defroster in the rear")."""
    zone = "all" if said.zone is None and "plural" in said.marks else said.zone
    word: Mapping[str, str] | None = things().get(said.thing or "", {}).get("places", {}).get(zone)
    if word is None or said.words.keys() & word.keys():
        return said
    return replace(said, zone=None, marks=said.marks - {"plural"}, words={**said.words, **word})


def had(said: Slots, car: Car) -> Slots | None:
    """ "My back hurts": what of this the car has; None where it has nothing."""
    first: Mapping[str, str] | None = things().get(said.thing or "", {}).get("first_of")
    if first is None:
        return said
    found = next((thing for thing in first if things()[thing]["tool"] in car.catalogue.intents), None)
    return replace(said, thing=found, act=first[found]) if found is not None else None


def mended(said: Slots) -> Slots:
    """ "The fan is too loud": a complaint about a thing asks for the opposite."""
    if said.act is None or said.thing is None or not said.act.startswith("too_"):
        return said
    table = things().get(said.thing, {})
    return replace(said, act=table.get("complaints", _file()["complaints"]).get(said.act, said.act))


_PLACES: Final = {"behind_passenger": {"left": "rear_right", "right": "rear_left"},
                  "front_left": {"left": "driver", "right": "passenger"},
                  "front_right": {"left": "passenger", "right": "driver"}}  # fmt: skip
_CATALOGUES: Final = {
    "left": "left_side",
    "right": "right_side",
    "mine": None,
    "behind_driver": "behind_me",
    "each": "all",
    "companion": "passenger",
}


def zone_name(zone: str | None, side: DriverSide) -> str | None:
    """The catalogue's name of a place; None for the speaker's own."""
    if zone in _PLACES:
        return _PLACES[zone][side]
    return _CATALOGUES.get(zone or "mine", zone)
