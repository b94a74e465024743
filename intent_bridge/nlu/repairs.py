"""What somebody takes back while still speaking, and two wishes for one setting: mended, or not acted on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from intent_bridge.nlu.cutting import requests_of
from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.slots import Slots
from intent_bridge.nlu.things import Car, joins, settings_by_tool
from intent_bridge.types import ToolCall

_KEYS: Final = ("zone", "setting", "window", "lights", "scene", "feeling")
"""The arguments that say which setting of a tool is meant."""
_NO: Final = Concept("mark", "no")
_COMMA: Final = ("mark", "comma")
_BUT: Final = ("mark", "but")
_NOT: Final = ("mark", "not")
_ALL: Final = ("zone", "all")
"""Of which a place is left out, not corrected: "all the windows but not mine"."""
_DONE: Final = ("mark", "done")
_DENIED: Final = frozenset({
    "num", "unit", "zone", "color", "thing", "lights", "win", "mode", "dir", "recirc", "grade", "act", "ref",
    "lane", "limit", "sens",
})  # fmt: skip
_RATHER: Final = ("mark", "rather")
_TOO: Final = ("mark", "too")
_VALUED: Final = frozenset({"num", "color", "grade"})
_INSTEAD: Final = frozenset({"num", "unit", "zone", "thing", "color", "win", "lights", "mode", "grade"})
"""What can stand alone for what was said before: "the front one, sorry"."""
_VALUES: Final = frozenset({"num", "color", "win", "lights", "mode", "dir", "grade", "end"})
_DONT: Final = Concept("not", "do")
_TAKES_BACK: Final = frozenset({"no", "rather"})
_ROWS: Final = ("front", "rear")


def corrected(concepts: list[Concept], car: Car) -> tuple[list[Slots], bool] | None:
    """The requests of a sentence with what it takes back itself put right ("21, no sorry, 22 degrees").

    Also whether it takes back what was said before it ("no, the other one"). None where it cannot be cut.
    """
    valued = _too_much(concepts)
    if valued is None:
        return None
    concepts = _without_denied(_without_former(valued))
    concepts = _sorry_first(concepts)
    start = 0
    while start < len(concepts) and (_takes_back(concepts[start]) or concepts[start][:2] == _COMMA):
        start += 1
    opening = {c.name for c in concepts[:start] if c.kind == "mark"}
    glued = start and concepts[start - 1][:2] == ("mark", "no") and start < len(concepts)
    if glued and concepts[start].kind == "thing" and any(c[:2] == _COMMA for c in concepts[start:]):
        concepts = [_DONT, *concepts[start:]]  # "no mood light please, switch it off"
        start, glued, opening = 0, False, set()
    if glued and concepts[start].kind in ("act", "thing"):
        return None  # "no AC", 不开空调: it forbids, and takes nothing back
    parts = _parts(concepts[start:])
    if parts is None:
        return None
    done: list[Slots] = []
    for index, part in enumerate(parts):
        found = requests_of(part, car)
        if found is None or (index and not found):
            return None  # "open it, no wait": nobody knows what now
        if index:
            mended = _mended(done[-1], found[0]) if done else None
            if mended is None:
                return None
            done[-1:] = [mended]
            found = [one for one in found[1:] if not _is_wholly(one, mended)]
        done += found
    wrong = "no" in opening or ("rather" in opening and not all(r.thing and r.has_value for r in done))
    return done, wrong


def _too_much(concepts: list[Concept]) -> list[Concept] | None:
    """With "too strong" between two values as taking back the first; None where it is no such thing."""
    out: list[Concept] = []
    for at, concept in enumerate(concepts):
        if concept[:2] == _TOO:
            valued = any(c.kind in _VALUED for c in concepts[:at]) and concepts[at - 1][:2] == _COMMA
            other = [c.kind for c in concepts[at + 1 : at + 3]]
            if not valued or other[:1] != ["mark"] or not {*other[1:]} <= _VALUED or len(other) < 2:
                return None
            concept = Concept(*_RATHER)
        out.append(concept)
    return out


def _sorry_first(concepts: list[Concept]) -> list[Concept]:
    """With "sorry" before what it takes back: "the rear defroster — the front one, sorry"."""
    end = len(concepts)
    while end and concepts[end - 1][:2] in (_COMMA, _RATHER):
        end -= 1
    at = next((n for n in range(end - 1, -1, -1) if concepts[n][:2] == _COMMA), None)
    if at is None or _RATHER not in [c[:2] for c in concepts[end:]]:
        return concepts
    now = concepts[at + 1 : end]
    if not now or not {c.kind for c in now} <= _INSTEAD or any(_takes_back(c) for c in concepts[:at]):
        return concepts
    return [*concepts[: at + 1], Concept(*_RATHER), Concept(*_COMMA), *now]


def _without_former(concepts: list[Concept]) -> list[Concept]:
    """What is meant of "from 18 to 21": where it is to go, not where it comes from."""
    at = next((n for n, c in enumerate(concepts) if c[:2] == ("mark", "from")), None)
    if at is None:
        return concepts
    end = next((n for n in range(at + 1, len(concepts)) if concepts[n].kind not in ("num", "unit")), at)
    former, rest = concepts[at + 1 : end], concepts[end:]
    numbered = any(c.kind == "num" for c in former) and any(c.kind == "num" for c in rest)
    return [*concepts[:at], *rest] if numbered and rest[0][:2] == ("mark", "to") else concepts


def _without_denied(concepts: list[Concept]) -> list[Concept]:
    """What is meant of "not twenty-two, twenty": what is denied stands beside one of its kind."""
    at = next((n for n, c in enumerate(concepts) if c[:2] == _NOT), None)
    if at is None:
        return concepts
    end = next((n for n in range(at, len(concepts)) if concepts[n][:2] in (_COMMA, _BUT)), len(concepts))
    denied = [c for c in concepts[at + 1 : end] if c[:2] != _DONE]
    meant = concepts[end + 1 :]
    meant = meant[meant[:1] == [_NO] :]  # 不是前面，是后面
    if denied and denied[0].kind == "num" and all(c.kind != "zone" for c in concepts[:at]):
        meant = [*(c for c in denied if c.kind == "zone"), *meant]  # "22 rather than 20 for the passenger"
        denied = [c for c in denied if c.kind != "zone"]
    likes = [*concepts[:at], *meant]
    if not denied or not {c.kind for c in denied} <= _DENIED or _is_at_their_place(denied, meant):
        return concepts  # and no request is made of "not"
    if any(_kind(c) == _kind(denied[0]) and c[:2] != _ALL for c in likes):
        return [*_before(concepts[:at], denied), *meant]
    placed = any(_kind(c) == "zone" for c in denied) and any(_kind(c) == "zone" for c in meant)
    if at == 0 and denied[0].kind == "thing" and placed:
        return [denied[0], *meant]  # "not the rear fog lights, turn the front ones on"
    return concepts


def _is_at_their_place(denied: list[Concept], meant: list[Concept]) -> bool:
    """Whether another thing is wanted, with no place but that of what is denied: 不给副驾按摩，通风一档."""
    kinds, wanted = ({c.kind for c in words} for words in (denied, meant))
    return {"zone", "thing"} <= kinds and "thing" in wanted and "zone" not in wanted


def _before(said: list[Concept], denied: list[Concept]) -> list[Concept]:
    """What was said without the very words that are denied, and all behind them: "red, not red, blue"."""
    places = (n for n in range(len(said)) if said[n : n + len(denied)] == denied)
    return said[: next(places, len(said))]


def _kind(concept: Concept) -> str:
    """Of what kind a word is; the word of a thing for its own places is one for a place."""
    return "zone" if concept.kind in ("win", "lights") else concept.kind


def _takes_back(concept: Concept) -> bool:
    return concept.kind == "mark" and concept.name in _TAKES_BACK


def _parts(concepts: Sequence[Concept]) -> list[list[Concept]] | None:
    """The sentence, cut where something is taken back; None where "no" may mean something else."""
    parts: list[list[Concept]] = [[]]
    at = 0
    while at < len(concepts):
        end = at
        while end < len(concepts) and (_takes_back(concepts[end]) or concepts[end][:2] == _COMMA):
            end += 1
        marks = [c for c in concepts[at:end] if _takes_back(c)]
        if not marks:
            parts[-1].append(concepts[at])
            at += 1
            continue
        if len(marks) == 1 and marks[0].name == "no" and end - at == 1 and not _is_instead(concepts, at):
            return None  # "the heating, no AC": no comma, so no correction
        parts.append([])
        at = end
    return parts


def _is_instead(concepts: Sequence[Concept], at: int) -> bool:
    """Whether a value stands on both sides of a "no": "fan on two no three"."""
    before = next((c for c in reversed(concepts[:at]) if c.kind != "unit"), None)
    after = concepts[at + 1] if at + 1 < len(concepts) else None
    return before is not None and after is not None and before.kind == after.kind and after.kind in _VALUES


def _mended(first: Slots, now: Slots) -> Slots | None:
    """The first request with what is said now in its place; None where that is not one thing."""
    if now.negated or now.do is not None or now.feeling is not None or first.feeling is not None:
        return None
    if now.thing is not None and now.has_value:
        whole = now.act or now.number is not None or now.words
        return now if whole else replace(now, act=first.act, set=first.set or now.set)
    if now.ref in ("other", "same") or not (now.thing or now.zone or now.has_value):
        return None
    made = replace(first, kept=False, thing=now.thing or first.thing, zone=_placed(first.zone, now.zone))
    elsewhere = now.zone is not None or now.thing is not None
    made = replace(made, marks=made.marks - ({"plural"} if elsewhere else set()) | now.marks)
    if not now.has_value:
        return made
    if now.act is None and now.number is not None and first.number is not None:
        return replace(made, number=now.number, unit=now.unit or first.unit, set=first.set or now.set)
    further = now.act is None and now.number is None and not now.words
    if now.act is not None and now.number is None:
        made = replace(made, marks=made.marks - {"to"} | now.marks)  # "to four, no, off"
    return replace(
        made,
        act=first.act if further else now.act,  # "open hers, no, mine, fully"
        number=now.number,
        unit=now.unit,
        end=now.end,
        size=now.size,
        words=dict(now.words),
        set=now.set,
    )


def _is_wholly(one: Slots, mended: Slots) -> bool:
    """Whether a request only says once more what becomes of it: "no, the left one, all of it"."""
    alone = one.thing is None and one.zone in ("each", "all") and one.number is None and not one.words
    return alone and (one.act == mended.act or {one.act, mended.act} <= {"on", "open"})


def _placed(first: str | None, now: str | None) -> str | None:
    """Where it is meant now: "the right rear one, no, the left" stays in the rear."""
    row = next((row for row in _ROWS if first in (f"{row}_left", f"{row}_right")), None)
    return f"{row}_{now}" if row and now in ("left", "right") else now or first


def settled(made: Sequence[ToolCall]) -> list[ToolCall] | None:
    """The calls of a sentence; two for the same setting become one where they go together, else None."""
    out: list[ToolCall] = []
    for call in made:
        twin = next((at for at, known in enumerate(out) if _same_setting(known, call)), None)
        if twin is None:
            if any(_takes_in(known, call) for known in out):
                return None
            out.append(call)
            continue
        joined = _joined(out[twin], call)
        if joined is None:
            return None
        out[twin] = joined
    set_to = [
        (settings_by_tool().get((call.name, field)), call.arguments.get("zone"))
        for call in out
        for field in call.arguments
    ]
    moved = [call for call in out if call.name == "adjust_setting" and _moves(call) in set_to]
    if any("amount" in call.arguments for call in moved):
        return None  # "the fan to nine, take it down four"
    return [call for call in out if call not in moved]
    # "my seat is cold, turn on the seat heating": the second says how much


def _moves(call: ToolCall) -> tuple[object, object]:
    return call.arguments.get("setting"), call.arguments.get("zone")


def _takes_in(one: ToolCall, other: ToolCall) -> bool:
    """Whether a setting of all places is followed by one that names none: "crack every window 30 percent"."""
    everywhere = one.arguments.get("zone") == "all" and "zone" not in other.arguments
    return everywhere and _same_setting(replace(one, arguments={**one.arguments, "zone": None}), other)


def _same_setting(one: ToolCall, other: ToolCall) -> bool:
    return one.name == other.name and all(one.arguments.get(k) == other.arguments.get(k) for k in _KEYS)


def _joined(one: ToolCall, other: ToolCall) -> ToolCall | None:
    """Both in one call: different fields side by side, and values that a table puts together (face, feet)."""
    both: dict[str, Any] = {**one.arguments}
    for name, value in other.arguments.items():
        known = both.get(name, value)
        if known != value:
            table: Mapping[str, Sequence[str]] = joins().get(one.name, {})
            value = next((whole for whole, parts in table.items() if {known, value} == set(parts)), None)
            if value is None:
                return None
        both[name] = value
    return replace(one, arguments=both)
