"""A wish in outline: a small model says which thing and what shall become of it, the person's words the rest.

The model never writes a number, a place or an amount: it cannot make one up. What it may write is narrowed
twice: to what the vehicle has, and to what can be filled from these words ("window to" needs a number).
The calls come from the same table as those of the offline grammar, and are as strict: a place that the thing
does not have is no call.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from intent_bridge.errors import ToolCallError
from intent_bridge.intents import Catalogue
from intent_bridge.intents.zones import DriverSide
from intent_bridge.nlu.lexicon import CHARACTERS_MAX, Concept, Lexicon, languages, lexicon
from intent_bridge.nlu.outline_parts import Ways, around, cut, is_edge, named, outlines_file, readings
from intent_bridge.nlu.phrases import pieces
from intent_bridge.nlu.reading import said
from intent_bridge.nlu.slots import HINTS, Slots, slots
from intent_bridge.nlu.things import Car, Problem, things, usual_thing
from intent_bridge.nlu.understand import Abstained, Understood, understand
from intent_bridge.nlu.wishes import calls
from intent_bridge.types import ToolCall

NOTHING: Final = "none"
"""What a model writes for whatever is no wish for this car."""
SEVERAL_MAX: Final = 3
_SAID_MAX: Final = 1024
_NOT_OF_IT: Final = frozenset({"thing", "unknown", "polite", "not", "ref", "who", "remark"})
_CHANGES: Final = frozenset({"up", "down", "more", "less", "forward", "back", "upright", "far", "near"})
_AMOUNTS: Final = _CHANGES | {"open", "close"}
_NO_WISH: Final = frozenset({"reported", "hypothetical", "quoted"})
"""Why the offline grammar abstains for good: what it found does not become a wish by a word more."""
_LIGHTS: Final = "lights"
"""No thing of ours, but what people call those lights that are."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What these words leave to choose, and what they give to the choice."""

    choices: tuple[str, ...]
    """What may be written of them; empty where they are no wish, whatever a model says."""
    whole: Ways = ()
    parts: tuple[Ways, ...] = ()
    """The whole cut where one wish may end and the next begin."""
    fitting: tuple[tuple[str, ...], ...] = ()
    """What may be written of each part, where each may be a wish of its own."""
    sure: tuple[ToolCall, ...] = ()
    """What the offline grammar makes of them: then no model need be asked, it could only disagree."""

    @property
    def lines(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """The lines there may be: what may be written as first outline, as second, …"""
        return ((self.choices,), *((self.fitting,) if self.fitting else ()), ((NOTHING,),))

    def is_whole(self, written: str) -> bool:
        """Whether a line says all it can say, so that nobody has to wait for its end."""
        *before, _ = names = written.strip().split("; ")
        meant, ends = self._meant(names)
        return len(meant) == 1 and ends == {len(before) + 1}

    def completed(self, written: str) -> tuple[str, ...]:
        """The outlines of a line; one that was begun so that only one of them can be meant is that one."""
        names = written.strip().split("; ")
        meant, _ = self._meant(names)
        return (*names[:-1], *meant) if len(meant) == 1 else tuple(names)

    def _meant(self, names: list[str]) -> tuple[set[str], set[int]]:
        """What the last of the names may become, and the lengths of the lines in which it does."""
        *before, last = names
        found = [
            (name, len(line))
            for line in self.lines
            if len(before) < len(line) and all(one in may for one, may in zip(before, line, strict=False))
            for name in line[len(before)]
            if last and name.startswith(last)
        ]
        return {name for name, _ in found}, {length for _, length in found}


class Outlines:
    """The outlines of one vehicle."""

    def __init__(self, catalogue: Catalogue, driver_side: DriverSide) -> None:
        self._car = Car(catalogue, driver_side)
        self._choices = dict(_choices(catalogue))
        self._said = lru_cache(_SAID_MAX)(self._said_of)

    @property
    def choices(self) -> Mapping[str, Slots]:
        """Everything that can be written for this vehicle, by how it is written: `window open`."""
        return self._choices

    def heard(self, words: str, language: str) -> Heard:
        """What can be made of a sentence; nothing of a question, of reported speech, of a story."""
        nothing = Heard(())
        if language not in languages() or len(words) > CHARACTERS_MAX:
            return nothing
        known = lexicon(language)
        tokens = [token for token in known.tokens(words) if token != "?"]
        found = understand(words, language, self._car.catalogue, driver_side=self._car.driver_side)
        if isinstance(found, Understood):
            if found.undo:
                return nothing  # of what was done before, no outline tells
        elif _is_no_wish(found, known, tokens, "?" in known.tokens(words)):
            return nothing
        whole = tuple(readings(known, tokens))
        parts = cut(whole)
        fit = {ways: self._fitting(ways) for ways in (whole, *parts)}
        choices = tuple(name for name in self._choices if any(name in names for names in fit.values()))
        each = tuple(fit[ways] for ways in parts) if 1 < len(parts) <= SEVERAL_MAX else ()
        sure = found.calls if isinstance(found, Understood) else ()
        return Heard(choices, whole, parts, each if all(each) else (), sure)

    def _fitting(self, ways: Ways) -> tuple[str, ...]:
        about = _About.of(ways)
        return tuple(
            name
            for name, outline in self._choices.items()
            if about.fits(outline) and self._made(outline, ways)
        )

    def calls(self, line: str, heard: Heard) -> tuple[ToolCall, ...] | None:
        """The calls of a model's line, none for `none`; None where the words do not give what they lack."""
        names = heard.completed(line)
        if names == (NOTHING,):
            return ()
        if len(names) == 1 and names[0] in heard.choices:
            return self._alone(self._choices[names[0]], heard) or None
        fits = len(names) == len(heard.fitting)
        if not fits or any(name not in may for name, may in zip(names, heard.fitting, strict=True)):
            return None
        made = [self._made(self._choices[name], ways) for name, ways in zip(names, heard.parts, strict=True)]
        return tuple(call for found in made for call in found) if all(made) else None

    def _alone(self, outline: Slots, heard: Heard) -> tuple[ToolCall, ...]:
        """The calls of the only wish: the part that names its thing says more of it than the others do."""
        own = [ways for ways in heard.parts if outline.thing in around(named(ways[0]))]
        made = [self._made(outline, ways) for ways in (*own, heard.whole, *(() if own else heard.parts))]
        return max(made, key=_arguments)

    def _made(self, outline: Slots, ways: Ways) -> tuple[ToolCall, ...]:
        """The calls of one outline; none where the words do not fill it, or say otherwise themselves."""
        fitting = _of_kind(outline, ways)
        own = self._said(outline.thing, fitting) if outline.thing else ()
        filled = [self._filled(outline, concepts) for concepts in fitting]
        sound = [found for found in filled if found and (not own or found in own)]
        return next(iter(sound), ())

    def _said_of(self, thing: str, ways: Ways) -> tuple[tuple[ToolCall, ...], ...]:
        """What the words alone say of this thing, in each way to read them: no model says otherwise."""
        others: list[str] = outlines_file()["beside"].get(thing, [])
        said_so = []
        for concepts in ways:
            named = next((c.name for c in concepts if c.kind == "thing" and c.name in others), thing)
            rest = [
                c for c in concepts if c.kind not in _NOT_OF_IT and not (c.kind == "mark" and c.name in HINTS)
            ]
            found = slots([Concept("thing", named), *rest])
            result = calls(found, self._car) if found is not None else ()
            said_so += [result] if not isinstance(result, Problem) and self._accepted(result) else []
        return tuple(filter(None, said_so))

    def _filled(self, outline: Slots, concepts: Sequence[Concept]) -> tuple[ToolCall, ...]:
        numbered = any(concept.kind == "num" for concept in concepts)  # "crack it 30 percent": no little
        own = [c for c in concepts if _belongs(c, outline) and not (numbered and c.kind == "size")]
        found = slots(own)
        if found is None:
            return ()
        if outline.feeling is not None:
            made = replace(outline, size=found.size, zone=found.zone)
        elif outline.do is not None:
            made = replace(outline, zone=found.zone if outline.do == "stop" else None)
        else:
            marks = found.marks | ({"to"} if _takes_value(outline) and found.number is not None else set())
            made = replace(
                found, thing=outline.thing, act=outline.act, end=outline.end or found.end, marks=marks,
                words={**found.words, **outline.words},
            )  # fmt: skip
        result = calls(made, self._car)
        return () if isinstance(result, Problem) or not self._accepted(result) else result

    def _accepted(self, made: Sequence[ToolCall]) -> bool:
        """Whether every number lies in its range, and every place is one of the car."""
        try:
            for call in made:
                self._car.catalogue.parse(call)
        except ToolCallError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _About:
    """What the words name: nothing else is meant by them."""

    things: frozenset[str]
    feelings: frozenset[str]
    does: frozenset[str]

    @classmethod
    def of(cls, ways: Ways) -> "_About":
        """Of the best way to read them; how somebody feels, of all. Nothing where words are unknown."""
        if any(concept.kind == "unknown" for reading in ways[:1] for concept in reading):
            return cls(frozenset(), frozenset(), frozenset())

        def those(kind: str, among: Sequence[Sequence[Concept]]) -> frozenset[str]:
            return frozenset(c.name for reading in among for c in reading if c.kind == kind)

        about = named(ways[0]) if ways else frozenset()
        found = slots(ways[0]) if ways and not about else None
        usual = usual_thing(found) if found is not None else None  # "22 degrees" are the cabin's
        return cls(
            around(about or frozenset({usual} if usual else ())), those("feeling", ways), those("do", ways)
        )

    def fits(self, outline: Slots) -> bool:
        """Whether an outline is about what is named; any is where nothing of ours is."""
        if outline.thing is not None:
            return outline.thing in self.things if self.things else not (self.does or self.feelings)
        if outline.feeling is not None and self.feelings:
            return outline.feeling in self.feelings
        if outline.do is not None and self.does:
            return outline.do in self.does
        moves = any(things()[thing].get("moves") for thing in self.things)
        return not (self.things or self.does) or (moves and outline.do == "stop")


def _of_kind(outline: Slots, ways: Ways) -> Ways:
    """Those ways to read the words that may say such a thing: a feeling is no wish about a thing."""
    if outline.do is not None:
        return ways
    feels = [any(c.kind == "feeling" for c in way) for way in ways]
    wanted = outline.feeling is not None
    fitting = tuple(way for way, feeling in zip(ways, feels, strict=True) if feeling == wanted)
    return fitting or (ways if wanted else ())


def _arguments(made: Sequence[ToolCall]) -> int:
    return sum(len(call.arguments) for call in made)


def _takes_value(outline: Slots) -> bool:
    """Whether it is `to`: a number, or a grade, has to be among the words."""
    return not (outline.act or outline.end or outline.words)


def _belongs(concept: Concept, outline: Slots) -> bool:
    """Whether a word of the sentence can say something about such a wish."""
    kind, name, _ = concept
    if kind in ("num", "unit"):
        return outline.feeling is None and outline.do is None
    if kind == "size":
        return outline.act in _AMOUNTS or outline.feeling is not None
    if kind == "end":
        return outline.act in ("open", "close", "up", "down", "back") and name in ("full", "max", "min")
    if kind == "grade":
        return _takes_value(outline)
    if kind == "zone":
        return outline.thing not in outlines_file()["placeless"]
    return kind == "mark" and name in ("plural", "by", "to")


def _is_no_wish(found: Abstained, known: Lexicon, tokens: list[str], asks: bool) -> bool:
    """Whether the words are none, whatever else they say; an "is" inside of a sentence asks nothing."""
    if found.reason == "question":
        begin = tokens[:2] if known.spaced else tokens
        return asks or "question" in said(known, begin, "sign")
    if found.reason == "not_offered":
        return found.about not in things() and found.about != _LIGHTS
    if found.reason == "other_domain":
        return not _has_other_clause(known, tokens)
    if found.reason == "negated":
        read = (pieces(known, tokens, start) for start in range(len(tokens)))
        return not any(is_edge(concept) for ways in read for _, one in ways for concept in one)
    return found.reason in _NO_WISH or bool(said(known, tokens, "idiom"))


def _has_other_clause(known: Lexicon, tokens: list[str]) -> bool:
    """Whether a request to somebody else may be a part of it only: "she wants to read, put a lamp on"."""
    clauses: list[list[str]] = [[]]
    for token in tokens:
        clauses = [*clauses, []] if token in known.commas else [*clauses[:-1], [*clauses[-1], token]]
    starts = bool(said(known, tokens[:2], "foreign"))
    return not starts and any(_is_ours(known, clause) for clause in clauses)


def _is_ours(known: Lexicon, clause: list[str]) -> bool:
    """Whether it names a thing of ours, or does something and is not for somebody else."""
    theirs = bool(said(known, clause, "foreign"))
    if said(known, clause, "thing") & things().keys():
        return known.spaced or not theirs
    return not theirs and bool(said(known, clause, "act") - {"set"})


def _choices(catalogue: Catalogue) -> Iterator[tuple[str, Slots]]:
    tools = {tool.name: tool for tool in catalogue.tools}

    def listed(tool: str, field: str) -> list[str]:
        values = tools[tool].parameters["properties"].get(field, {}).get("enum", ()) if tool in tools else ()
        return [str(value) for value in values]

    for name, about in outlines_file()["things"].items():
        table = things()[about["thing"]]
        if table["tool"] not in tools:
            continue
        for act in about.get("acts", ()):
            yield f"{name} {act}", Slots(thing=about["thing"], **outlines_file()["acts"][act])
        for kind in about.get("words", ()):
            for word in listed(table["tool"], table["words"][kind]):
                switches = ("on", "off") if table.get("needs_act") else (None,)
                for act in switches:
                    written = f"{name} {word} {act}" if act else f"{name} {word}"
                    yield written, Slots(thing=about["thing"], act=act, words={kind: word})
    for feeling in listed("adjust_comfort", "feeling"):
        yield feeling, Slots(feeling=feeling)
    for scene in listed("activate_scene", "scene"):
        yield scene, Slots(do=f"scene:{scene}")
    if "stop_motion" in tools:
        yield "stop", Slots(do="stop")
