"""From the slots of one request to calls of the catalogue, by the table in `things.yaml`.

Everything that was said must be used: a request with one word too many is not carried out without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from intent_bridge.nlu.plain import UP, comfort, cruise, doing
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import (
    Car,
    Problem,
    had,
    is_usual,
    mended,
    placed,
    switched_to,
    things,
    zone_name,
)
from intent_bridge.profile import plain
from intent_bridge.types import ToolCall

_WEAK: Final = frozenset({"on", "open"})
"""Beside a value these say no more than "set"."""
_SWITCHING: Final = frozenset({"on", "off", "open", "close"})
_NUMBERED: Final = UP.keys() | _WEAK | {None, "close"}
"""What may stand beside a number."""
_MADE: Final = frozenset({"warmer", "cooler", "ventilate"})
"""Verbs that say what the thing does, beside a level: "warm my seat on low"."""
_ONES: Final = 13
"""A smaller number without its unit counts something else: "the window, the one of my passenger"."""
_GRADED: Final = {"low": "down", "high": "up"}
"""What says the same as a grade: "turn it down low"."""
FOREIGN: Final = frozenset({"media", "navigation", "phone", "information"})


def calls(said: Slots, car: Car) -> tuple[ToolCall, ...] | Problem:
    """The calls one request means."""
    said = replace(said, marks=said.marks - {"order"})
    wished = had(mended(placed(switched_to(said))), car)
    if wished is None:
        return Problem("not_offered", said.thing or "")
    said = wished
    if said.feeling is not None:
        return comfort(said, car.driver_side)
    if said.do is not None:
        return doing(said, car.driver_side)
    if said.thing is not None and said.thing not in things() and said.thing not in FOREIGN:
        return Problem("not_offered", said.thing)
    if said.thing is None or not said.has_value:
        return Problem("incomplete", said.thing or "")
    if said.thing in FOREIGN:
        return Problem("other_domain")
    if said.act == "save":
        return Problem("not_offered", said.thing)
    thing, kept = _meant(said)
    if thing is None:
        return Problem("incomplete")
    if thing == "cruise_speed":
        return cruise(kept)
    kept = mended(replace(kept, thing=thing))
    if kept.act == "close" and kept.number and not things().get(thing, {}).get("moves"):
        return Problem("not_understood", thing)  # 调到二档关闭: what is closed has no level
    made = _Wish(thing, kept, car).calls(
        also_on=things().get(said.whole or said.thing, {}).get("also_on", False)
    )
    return replace(made, about=thing) if isinstance(made, Problem) else made


def _meant(said: Slots) -> tuple[str | None, Slots]:
    """The thing that is really meant, and what remains to be said of it."""
    name = said.thing or ""
    for _ in range(3):
        table = things()[name]
        others: Mapping[str, str] = table.get("as", {})
        given = [said.unit, *said.words, said.act]
        if said.number is not None:
            given.append("number")
        if said.end:
            given += [said.end, "ends"]
        if said.zone and said.act in ("off", "close"):
            given.append("zone_off")
        if said.unit in ("mm", "cm") and said.act not in ("more", "less"):  # 降低 may be less, and is down
            given.append("length")
        other = next((others[g] for g in given if g and g in others), None)
        turned = table.get("turns", {}).get(said.act) if other else None
        if turned in UP and said.act in _WEAK and said.number is not None:
            return None, said  # "heat on, level one": of what?
        if other is None:
            return (name if "tool" in table else None), said
        if other == "seat_recline" and said.unit == "degree" and said.act is None and is_usual(said.number):
            return None, said  # "the seat behind me to 24 degrees": of the back, or of the air there?
        name, said = other, replace(said, act=turned or said.act)
    return None, said


@dataclass(frozen=True, slots=True)
class _Wish:
    """One request about one thing."""

    name: str
    said: Slots
    car: Car

    @property
    def table(self) -> Mapping[str, Any]:
        return things()[self.name]

    def calls(self, *, also_on: bool) -> tuple[ToolCall, ...] | Problem:
        said, table = self.said, self.table
        place = self.place()
        if isinstance(place, Problem):
            return place
        act: str | None = table.get("turns", {}).get(said.act, said.act)
        if said.act in table.get("no", ()):
            return Problem("not_understood")
        first: tuple[ToolCall, ...] = ()
        if also_on and act in _WEAK and (said.number is not None or said.end):
            first = (ToolCall("", "set_air_conditioning", {"on": True}),)
        made = self.made(act)
        if isinstance(made, Problem):
            return made
        tool, arguments = made
        return (*first, ToolCall("", tool, {**place, **self.car.valued(tool, arguments)}))

    def place(self) -> dict[str, Any] | Problem:
        """The zone argument, or what is wrong with the place."""
        said, zoned = self.said, self.table.get("zone", False)
        zone = zone_name(said.zone, self.car.driver_side)
        if zone is None:
            plural = self.table.get("plural") if "plural" in said.marks and said.zone is None else None
            return {"zone": plural} if plural else {}
        if not zoned:
            return {} if zone in ("all", "each") else Problem("not_offered")
        return {"zone": zone}

    def made(self, act: str | None) -> tuple[str, dict[str, Any]] | Problem:
        said = self.said
        if said.unit not in (None, "level") and said.number is None:
            return Problem("not_understood")
        if said.number is not None:
            return self.numbered(act)
        if said.unit and act in _WEAK:
            return Problem("incomplete")  # "the heating on level"
        if said.end is not None and self.is_same_end(said.end, said.words.get("grade")):
            return self.ended(act)
        if "grade" in said.words and ("grades" in self.table or self.table.get("listed")):
            return self.graded(act)
        if said.words and said.end in self.table.get("word_ends", {}):
            percent = Decimal(self.table["word_ends"][said.end])
            return replace(self, said=replace(said, end=None, number=percent, unit="percent")).made(act)
        if said.words:
            return self.worded(act)
        if said.end is not None:
            return self.ended(act)
        if said.act in self.table.get("sizes", {}) and not said.size:
            return self.changed(act, self.table["sizes"][said.act])
        if act in _SWITCHING and not said.size:
            return self.switched(str(act))
        if said.size and "setting" in self.table and (act in _WEAK or (act is None and "want" in said.marks)):
            act = "up"
        elif said.size and act in ("close", "off") and "open" in self.table:
            act = "down"
        return self.changed(act, said.size)

    def switched(self, act: str) -> tuple[str, dict[str, Any]] | Problem:
        """Only on, off, open or close."""
        if "to" in self.said.marks and self.said.act is not None and not self.table.get("set_is_on"):
            return Problem("incomplete")  # "open the window to …"
        if "by" in self.said.marks:
            return Problem("incomplete")  # "close it further" is not all the way
        same = {"open": "on", "close": "off"}.get(act, act)
        arguments = self.table.get(act, self.table.get(same))
        if arguments is None:
            return Problem("incomplete" if act in _WEAK and "setting" in self.table else "not_offered")
        return self.table["tool"], {**self.table.get("default", {}), **arguments}

    def changed(self, act: str | None, size: str | None) -> tuple[str, dict[str, Any]] | Problem:
        """More or less of it."""
        direction = UP.get(act or "")
        if direction is None or "setting" not in self.table:
            return Problem("incomplete")
        if "to" in self.said.marks and size is None and "grades" in self.table:
            return Problem("incomplete")  # "to strong" names a level
        if "by" in self.said.marks and size is None and self.said.number is None:
            return Problem("incomplete")  # "shorten it by that"
        arguments = {"setting": self.table["setting"], "direction": direction}
        return "adjust_setting", arguments | ({"size": size} if size not in (None, "some") else {})

    def ended(self, act: str | None) -> tuple[str, dict[str, Any]] | Problem:
        """All the way, to the maximum or to the minimum."""
        said, table = self.said, self.table
        if said.size:
            return Problem("not_understood")
        if said.end in ("hottest", "coldest") and said.end not in table.get("extremes", {}):
            return Problem("not_understood")
        whither = said.end == "max" and said.act in table.get("turns", {})  # "forward as far as it goes"
        if said.end == "full" or whither:
            if act is None and not said.marks & {"to", "want"}:
                return Problem("incomplete")  # "all windows and the roof": open, or closed?
            if act in ("close", "off") or (act == "open" and "open" in table):
                return self.switched(act)
            end = "min" if UP.get(act or "") == "down" else "max"
        else:
            end = table.get("extremes", {}).get(said.end, said.end)
            if act in ("close", "off") or UP.get(act or "", "up" if end == "max" else "down") != (
                "up" if end == "max" else "down"
            ):
                return Problem("not_understood")
        if end in table.get("ends", {}):
            return table["tool"], dict(table["ends"][end])
        return self.changed("up" if end == "max" else "down", "max")

    def worded(self, act: str | None) -> tuple[str, dict[str, Any]] | Problem:
        """A word of its own: a mode, a colour, a direction."""
        said, table = self.said, self.table
        fields: Mapping[str, str | None] = table.get("words", {})
        sized = said.size and "sens" not in said.words  # "a bit less sensitive" is less sensitive
        if sized or said.end or not said.words.keys() <= fields.keys():
            return Problem("not_understood")
        arguments = {
            str(field): said.words[kind] for kind, field in fields.items() if field and kind in said.words
        }
        if table.get("needs_act") or act in ("off", "close"):
            if act is None and "word_alone" in table:
                act = "on"
            if act not in ("on", "off", "open", "close"):
                return Problem("incomplete")
            switch = self.switched(act)
            if isinstance(switch, Problem):
                return switch
            if act in ("off", "close") and not table.get("needs_act"):
                return self.left(arguments, switch)
            return table["tool"], {**switch[1], **arguments}
        if act not in (None, "on", "open"):
            return Problem("not_understood")
        on = table.get("on", {}) if table.get("on_besides") and {act, *said.marks} >= {"on", "with"} else {}
        return table["tool"], {**table.get("word_alone", {}), **on, **arguments}

    def graded(self, act: str | None) -> tuple[str, dict[str, Any]] | Problem:
        """ "Low", "medium" and "high" of something that has levels."""
        grade = self.said.words["grade"]
        act = None if self.said.act in _MADE or _GRADED.get(grade) == act else act
        if act not in (None, "on") or self.said.size or self.said.end or len(self.said.words) > 1:
            return Problem("not_understood")
        if self.table.get("listed"):
            offered = self.car.listed(self.table["tool"], self.table["number"])
            if not offered:
                return Problem("not_offered")
            at = {"low": 0, "medium": len(offered) // 2, "high": -1}[grade]
            return self.table["tool"], {self.table["number"]: plain(offered[at])}
        meant = self.table["grades"].get(grade)
        return (self.table["tool"], dict(meant)) if meant is not None else Problem("not_offered")

    def left(
        self, arguments: dict[str, Any], switch: tuple[str, dict[str, Any]]
    ) -> tuple[str, dict[str, Any]] | Problem:
        """Of "recirculation off": it only named the thing; "sport mode off" says nothing to do instead."""
        return switch if self.name in ("recirculation", "climate_auto") else Problem("incomplete")

    def numbered(self, act: str | None) -> tuple[str, dict[str, Any]] | Problem:
        """A number, to go to or to go by."""
        said, table = self.said, self.table
        if "number" not in table or said.number is None:
            return Problem("not_understood" if "number" in table else "not_offered")
        if said.words.keys() - ({"grade"} if "grades" in table else set()):
            return self.both(act)
        if said.end is not None and not self.is_end(said.end, said.number):
            return Problem("not_understood")
        if act not in _NUMBERED or (said.act in _WEAK and act not in (*_WEAK, "close")):
            return Problem("not_understood")  # "the heating on, 2": not warmer by 2
        units: Mapping[str, Any] = table["units"]
        number = said.number
        if table.get("listed"):
            return self.chosen(act, number)
        if said.unit == "percent" and table.get("share"):
            number = Decimal(self.car.share(table["tool"], table["number"], number))
        elif said.unit == "level" and "level" not in units and number == 1 and UP.get(act or ""):
            return self.changed(act, None)  # "up one" of what has no levels: a step
        elif (said.unit or "none") not in units and not (
            said.unit is None and "to" in said.marks and not 0 < number < _ONES
        ):
            return Problem("not_understood")
        else:
            number = number * units.get(said.unit or "none", 1)
        if table.get("keep") and act is not None and act not in table["keep"]:
            return Problem("not_understood")
        if "by" in said.marks and "to" not in said.marks and "open" in table and act in ("open", "close"):
            act = "up" if act == "open" else "down"  # "close it by ten percent", "open it another 20"
        direction = UP.get(act or "")
        relative = direction is not None and "to" not in said.marks
        if relative and number >= table.get("absolute_from", 10**6):
            relative = False
        if relative and not said.unit and "by" not in said.marks and self.is_most(number):
            return Problem("ambiguous")  # "fan nine faster": by nine, or to it?
        if "by" in said.marks and not relative:
            return Problem("incomplete")
        if relative:
            return self.by(str(direction), number)
        if said.size and "further" in said.marks and number <= table.get("little_up_to", -1):
            return self.changed("up", said.size)  # "crack it a little more"
        if said.size == "some" or (said.size == "little" and number <= table.get("little_up_to", -1)):
            said = replace(said, size=None)  # "crack it a little"
        if said.size and direction and "to" in said.marks and number >= table.get("absolute_from", 10**6):
            said = replace(said, size=None)  # "a little warmer, let's say 23"
        if said.size or (act == "close" and "to" not in said.marks and said.unit != "percent"):
            return Problem("not_understood")
        if act == "close" and "to" not in said.marks and number != 50:
            return Problem("not_understood")
        return table["tool"], {table["number"]: plain(number)}

    def both(self, act: str | None) -> tuple[str, dict[str, Any]] | Problem:
        """A word and a number, where a thing has a field for each: "red at 70 percent"."""
        made = [
            replace(self, said=said).made(act)
            for said in (replace(self.said, words={}), replace(self.said, number=None, unit=None))
        ]
        tools = {m[0] for m in made if not isinstance(m, Problem)}
        fields = [m[1] for m in made if not isinstance(m, Problem)]
        if len(tools) != 1 or len(fields) != 2 or fields[0].keys() & fields[1].keys():
            return Problem("not_understood")
        return tools.pop(), {**fields[0], **fields[1]}

    def is_end(self, end: str, number: Decimal) -> bool:
        """Whether a number is the end of the range that was named with it ("to the maximum, three")."""
        offered = self.car.listed(self.table["tool"], self.table["number"])
        highest = (
            offered[-1] if offered else self.car.share(self.table["tool"], self.table["number"], Decimal(100))
        )
        return bool(number == {"max": highest, "full": highest, "min": offered[0] if offered else 1}.get(end))

    def is_most(self, number: Decimal) -> bool:
        """Whether a number of levels is most of those there are: nobody goes that far at once."""
        table = self.table
        return "level" in table["units"] and number > self.car.share(
            table["tool"], table["number"], Decimal(60)
        )

    def is_same_end(self, end: str, grade: str | None) -> bool:
        """Whether "low" or "high" says the same as the end that was named with it."""
        return bool(
            {"low": "min", "high": "max"}.get(grade or "") == self.table.get("extremes", {}).get(end, end)
        )

    def chosen(self, act: str | None, number: Decimal) -> tuple[str, dict[str, Any]] | Problem:
        """One of a few numbers: said itself, or by its place among them ("level 2")."""
        said, table = self.said, self.table
        offered = self.car.listed(table["tool"], table["number"])
        by_place = offered[int(number) - 1] if number == int(number) and 0 < number <= len(offered) else None
        if UP.get(act or "") and "to" not in said.marks:
            return (
                self.by(UP[str(act)], number) if said.unit in (None, "level") else Problem("not_understood")
            )
        if said.unit == "level":
            if "by" in said.marks and act is None:
                return Problem("incomplete")  # "one more notch of it": how far, or which?
            found = by_place
        elif said.unit is None and by_place is not None and number in offered and by_place != number:
            return Problem("ambiguous")
        elif said.unit in (None, "second"):
            found = number if number in offered or said.unit else by_place
        else:
            return Problem("not_understood")
        if said.size or found is None:
            return Problem("out_of_range")
        return table["tool"], {table["number"]: plain(found)}

    def by(self, direction: str, number: Decimal) -> tuple[str, dict[str, Any]] | Problem:
        if self.said.size or "setting" not in self.table or number <= 0:
            return Problem("not_understood")
        arguments = {"setting": self.table["setting"], "direction": direction, "amount": plain(number)}
        return "adjust_setting", arguments
