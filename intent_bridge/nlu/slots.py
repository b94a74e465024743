"""What one request says, sorted: the thing, what is to become of it, where, how much."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.merging import merged
from intent_bridge.nlu.two import are_two

_MARKS: Final = frozenset({"to", "by", "plural", "want", "further", "with", "fact"})
HINTS: Final = frozenset(
    {
        "ensure",
        "is",
        "gripe",
        "done",
        "wants",
        "own",
        "cruising",
        "alone",
        "colored",
        "order",
        "now",
        "spare",
        "suggest",
        "felt",
        "has",
        "lately",
        "works",
        "rests",
    }
)
"""Marks that say what kind of sentence it is, and nothing of the request."""
_ASKING: Final = frozenset({"want", "order", "gripe", "ensure"})
_LATELY: Final = frozenset({"number", "unit", "thing", "zone"})
"""What tells a value that something has now, beside a word that may as well be "at once"."""
_TELLING: Final = (("mark", "now"), ("mark", "lately"))
_NOW: Final = {"works": "on", "rests": "off"}
"""What a thing is said to be now."""
_KEPT: Final = frozenset({None, "on", "off", "open", "close"})
"""What something can be that shall be left so."""
_SETTING: Final = frozenset({"set", "take", "hold"})
"""Verbs that say nothing more than that something shall change, or be at a value."""
_WHICH: Final = frozenset({"lights", "win"})
"""Words of things that only say which one: "leave the front fog lights on"."""
_VALUES: Final = frozenset({"number", "end", "size", "unit", "feeling", "do", "ref", "negated"})
_WHOLLY: Final = _SETTING | {"on", "off", "open", "close"}
"""Acts that say no direction."""
_ONCE: Final = frozenset({"warmer", "cooler"})
_COMMA: Final = Concept("mark", "comma")
_EDGES: Final = frozenset({"comma", "and", "then", "stop", "but"})


@dataclass(frozen=True, slots=True)
class Slots:
    """One request as it was said; what it lacks may stand in its neighbour ("... and the rear one too")."""

    thing: str | None = None
    whole: str | None = None
    """What the thing was said to be a part of: the air conditioning of "AC on, temperature 22"."""
    act: str | None = None
    set: bool = False
    """A verb that says nothing more than that something shall change."""
    zone: str | None = None
    number: Decimal | None = None
    unit: str | None = None
    end: str | None = None
    size: str | None = None
    marks: frozenset[str] = frozenset()
    words: dict[str, str] = field(default_factory=dict)
    feeling: str | None = None
    do: str | None = None
    """`stop`, `undo`, or `scene:NAME`."""
    negated: bool = False
    kept: bool = False
    """It shall stay as it is: "leave the fan alone, …"."""
    now: str | None = None
    """What it is said to be, `on` or `off`, where that may be a wish: 阅读灯开着，氛围灯灭掉."""
    ref: str | None = None
    """`it`, `other`, `same`: refers to what was said before."""

    @property
    def has_value(self) -> bool:
        """Whether it says what is to become of the thing."""
        return bool(self.act or self.number is not None or self.end or self.size or self.words)


def slots(concepts: Sequence[Concept]) -> Slots | None:
    """The slots of one request, or None where two words do not go together."""
    pairs = [(one.kind, other.kind) for one, other in pairwise(concepts)]
    degrees = [c for c in concepts if c[:2] == ("unit", "degree")]
    if are_two(concepts) or ("num", "size") in pairs or len(degrees) > 1:
        return None  # 一点 is "a bit", never "one, a bit", and 热度低两度 has no degrees but two
    found: dict[str, object] = {}
    words: dict[str, str] = {}
    marks = {"with"} if _is_switched_too(concepts) else set()
    for at, (kind, name, number) in enumerate(concepts):
        if kind == "mark":
            if _is_beside(name, found):
                continue
            if not _marked(name, marks):
                return None
        elif kind == "num":
            if "number" in found or str(found.get("act")).startswith("too_"):
                return None  # "too strong, two": less, and to two
            found["number"] = number
        elif kind == "act" and name == "off" and _ends_with_amount(concepts[:at]):
            found["act"] = "down"  # "two degrees off"
        elif kind == "act" and name in _SETTING:
            found["set"] = True
            marks.add(name)
        elif "gripe" in marks and kind not in ("thing", "zone", "ref"):
            return None  # "I hate the window open" asks for nothing
        elif kind == "not":
            if found.get("negated"):
                return None
            found["negated"] = True
            marks.add(name)
        elif kind == "who":
            marks.add("self" if name == "self" else "who")
        elif name in _FAST and "thing" not in found and any(c.kind == "thing" for c in concepts[at:]):
            return None  # "quick, the window": in a hurry
        elif kind in ("act", "state") and name not in _WHOLLY and _has_number_before_comma(concepts[:at]):
            return None  # "the seat two levels, warmer": how much, or where to?
        elif kind == "zone" and _is_elsewhere(_known_place(found, marks, name), name, concepts[:at]):
            return None  # "mine halfway, the passenger's shut"
        elif kind == "act" and name.startswith("too_") and found.pop("number", None) is not None:
            found.pop("unit", None)  # "26 is too high"
            if not _named(found, kind, name):
                return None
        elif kind in ("thing", "act", "zone", "unit", "end", "size", "feeling", "do", "ref"):
            if not _named(found, kind, name):
                return None
        elif words.get(kind, name) == name and (kind != "state" or kind not in words):
            words[kind] = name  # also how it is, as `state`; twice in 多大, how big
        else:
            return None
    if not words and _is_needed_no_more(found, marks):
        found.update(negated=False, act="off")
        marks.discard("done")
    if found.get("act") == "spare":
        found["act"] = "off"  # "the massage, I don't need it any more"
    state = words.pop("state", None)
    if state is not None and not _stated(found, words, _STATES[state]):
        return None
    now = _wished_now(found, marks)
    if _is_told(found, marks) and not _goes_on(concepts):
        found = {key: found[key] for key in ("thing", "zone") if key in found}
        words = {kind: word for kind, word in words.items() if kind in _WHICH}
        found |= {"kept": True, "now": now}
    elif _is_kept(found, words, marks):
        found["kept"] = True
        found.pop("act", None)
    elif not _is_request(found, words, marks):
        return None
    made = Slots(words=words, marks=frozenset(marks & _MARKS))
    return replace(made, **found)  # type: ignore[arg-type]


def _is_needed_no_more(found: dict[str, object], marks: set[str]) -> bool:
    """Whether no more of a thing is asked for: 不用加热了, "we don't need the massage any more".

    不需要加热啦 only tells.
    """
    only = found.keys() <= {"negated", "thing", "zone"} and bool(found.get("negated"))
    return only and ({"need", "spare"} <= marks or ("done" in marks and "need" not in marks))


def _wished_now(found: dict[str, object], marks: set[str]) -> str | None:
    """What a thing is said to be now; after 把 it is a wish: 把阅读灯开着."""
    now = next((_NOW[mark] for mark in marks if mark in _NOW), None)
    if now and "order" in marks:
        found["act"] = now
        marks -= {"alone", "now", *_NOW}
    return now


_SAID_OF_IT: Final = frozenset({"sens", "lane", "color"})
_FAST: Final = frozenset({"big", "faster"})


def _is_switched_too(concepts: Sequence[Concept]) -> bool:
    """Whether a thing is switched on in one clause and told more of in another: "on, sensitivity high"."""
    clauses: list[set[str]] = [set()]
    for kind, name, _ in concepts:
        if (kind, name) == _COMMA[:2]:
            clauses.append(set())
        else:
            clauses[-1].add(name if kind == "act" else kind)
    return any(
        {"thing", "on"} <= one and not one & _SAID_OF_IT and any(other & _SAID_OF_IT for other in clauses)
        for one in clauses
    )


def _is_beside(mark: str, found: dict[str, object]) -> bool:
    """Whether a mark says nothing where it stands: "a notch warmer on the wheel", 孩子把窗打开了."""
    return bool(found) if mark == "order" else mark == "onto" and {"number", "act"} <= found.keys()


def _ends_with_amount(concepts: Sequence[Concept]) -> bool:
    return len(concepts) > 1 and concepts[-1].kind == "unit" and concepts[-2].kind == "num"


def _known_place(found: dict[str, object], marks: set[str], zone: str) -> object:
    """The place named before; for mine several things are those of all."""
    return found.get("zone") or ("all" if "plural" in marks and zone == "mine" else None)


def _is_elsewhere(known: object, zone: str, before: Sequence[Concept]) -> bool:
    """Whether a place is another one than that named before the last comma."""
    if known in (None, zone) or "each" in (known, zone):
        return False
    if "mine" in (known, zone):  # "my heating off, the passenger's on level two", comma or none
        first = next((n for n, c in enumerate(before) if c.kind == "zone"), 0)
        says = (c.kind in ("act", "num", "state") and c[:2] != ("act", "set") for c in before[first:])
        return any(says) or (
            known in ("mine", "all") and any(c[:2] == ("mark", "comma") for c in before[first:])
        )
    at = max((n for n, c in enumerate(before) if c[:2] == ("mark", "comma")), default=0)
    return any(c.kind == "zone" for c in before[:at]) and all(c.kind != "zone" for c in before[at:])


def _has_number_before_comma(before: Sequence[Concept]) -> bool:
    at = max((n for n, c in enumerate(before) if c[:2] == ("mark", "comma")), default=0)
    return any(c.kind == "num" for c in before[:at]) and all(c.kind != "num" for c in before[at:])


def _marked(name: str, marks: set[str]) -> bool:
    """Note a mark; False where it has no place in a request."""
    if name == "comma":
        marks.discard("gripe")
    elif name == "onto":
        marks |= {"to", "onto"}
    elif name in _MARKS or name in HINTS:
        marks.add(name)
    else:
        return name in _EDGES
    return True


def _named(found: dict[str, object], kind: str, name: str) -> bool:
    """Note a word of a kind of which there is one; False where it does not go with the one before."""
    known = found.get(kind)
    if known == name and name in _ONCE:
        return False
    if name.startswith("too_") and "thing" not in found:
        return False  # "too cold" of nothing is how somebody feels
    both = name if known in (None, name) else merged(kind, str(known), name)
    if both is None:
        return False
    if kind == "thing" and known not in (None, name):
        found["whole"] = name if both == known else known
    found[kind] = both
    return True


def _is_kept(found: dict[str, object], words: dict[str, str], marks: set[str]) -> bool:
    """Whether a thing shall be left as it is: "keep the fan on but …", "the fan is fine, …"."""
    value = words.keys() - _WHICH or found.keys() & _VALUES
    named = found.keys() & {"thing", "zone"} and found.get("act") in _KEPT
    return bool(
        "alone" in marks
        and named
        and not value
        and not marks & {"onto", "to", "gripe", "done", "set", "take"}
    )


def _is_told(found: dict[str, object], marks: set[str]) -> bool:
    """Whether it says how a thing is now: "the fan is at five, set it to three"."""
    other = found.keys() & {"set", "feeling", "do", "ref", "negated"} or marks & _ASKING
    named = found.keys() & {"thing", "number"}
    lately = "lately" in marks and {"number"} <= found.keys() <= _LATELY  # 现在21度，再加一度
    return ("now" in marks or lately) and bool(named) and found.get("act") in _KEPT and not other


def _goes_on(concepts: Sequence[Concept]) -> bool:
    """Whether something is asked behind the clause that says how it is now."""
    now = next(n for n, c in enumerate(concepts) if c[:2] in _TELLING)
    comma = next((n for n in range(now, len(concepts)) if concepts[n][:2] == _COMMA[:2]), len(concepts))
    return any(c.kind in ("act", "num", "end", "size", "do") for c in concepts[comma:])


def _is_request(found: dict[str, object], words: dict[str, str], marks: set[str]) -> bool:
    """Whether what was found asks for something, or says how somebody feels."""
    if "whole" in found and "number" in found and found.get("act") in ("off", "close"):
        return False  # "AC off fan at three" is two wishes
    if marks & {"alone", "now", "lately"}:
        return False  # "22 degrees is perfect" asks for nothing
    if "gripe" in marks or ("is" in marks) != ("ensure" in marks):
        return False  # "make sure it is on" is a request, "it is on" none
    if "own" in marks and found.get("zone") not in (None, "mine", "driver"):
        return False  # "no room for the legs in the back" is not about the seat in the back
    if "wants" in marks and found.get("zone") in (None, "mine"):
        return False  # "the rear wants 20"; what dad wants is told
    if "onto" in marks and (
        not (words or found.keys() & {"number", "end"}) or found.get("act") in ("more", "less")
    ):
        return False  # "on" before a value is "to"; else it is none, as in "one more on the fan"
    if "colored" in marks and "color" not in words:
        return False  # "the lights" are those inside where they have a colour
    if "cruising" in marks and found.get("thing") != "acc_time_gap":
        return False  # "on the cruise" says of what the gap is, "faster on the cruise" is another wish
    to_hold = words.keys() - _WHICH or found.keys() & {"number", "end", "negated"}
    if "hold" in marks and not (to_hold and ("negated" in found or found.get("act") in (None, "open"))):
        return False  # "keep it at 22", "in sport", but "keep it closed" may mean to leave it
    if "take" in marks and found.get("act") == "off" and found.keys() & {"number", "size"}:
        found["act"] = "down"  # "take two degrees off"
    if found.get("act") == "off" and found.get("number") and "whole" not in found:
        return False  # "level two, off" is two wishes, or none
    if "done" in marks and "order" not in marks and not found.get("negated"):
        return False  # what is done already is told, not asked for
    if "self" in marks:  # "me 22 degrees, her 24"
        if found.get("unit") not in ("degree", "level") or found.keys() & {"act", "set", "zone"}:
            return False
        found["zone"] = "mine"
    if "who" in marks and "feeling" not in found:
        return False  # "I …" is somebody's report, unless it is how they feel
    if "feeling" not in found:
        return not marks & {"felt", "has"}  # what somebody says is told, unless it is how they feel
    thing = found.get("thing")  # with another it may be the reason for that one
    return thing in (None, "cabin") and not (words or found.keys() & {"act", "number", "set", "do", "unit"})


@dataclass(frozen=True, slots=True)
class _State:
    """A word for how it is: what is wanted with it, what is felt where it stands alone, if that."""

    asked: str
    felt: str | None = None
    of_thing: bool = False
    """Beside a thing it is a wish already ("cool my seat"); else that could be a complaint."""


_STATES: Final = {
    "cold": _State("cooler", "cold"),
    "hot": _State("warmer", "hot"),
    "cool": _State("cooler", of_thing=True),
    "warm": _State("warmer", of_thing=True),
    "big": _State("more"),
    "small": _State("less"),
    "high": _State("up"),
    "low": _State("down"),
}


def _stated(found: dict[str, object], words: dict[str, str], state: _State) -> bool:
    """Say what a word for how it is means here; False where it could be a complaint or a wish, or neither.

    With an amount or a verb it is a wish ("a bit cold"); alone, or of somebody, it is how they feel.
    """
    if found.keys() & ({"size", "set", "number"} | ({"thing"} if state.of_thing else set())):
        both = state.asked if "act" not in found else merged("act", str(found["act"]), state.asked)
        if both is None or "feeling" in found:
            return False
        found["act"] = both
        return True
    if state.felt is None or words or found.keys() - {"zone", "feeling", "negated"}:
        return False
    if found.get("feeling", state.felt) != state.felt:
        return False
    found["feeling"] = state.felt
    return True
