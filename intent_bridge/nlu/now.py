"""How a thing is while somebody complains: "it's cold with the window open" asks for no open window."""

from collections.abc import Sequence
from typing import Final

from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.phrases import COMMA

_WITH: Final = ("mark", "with")
_NOW: Final = Concept("mark", "now")
_NAMES: Final = frozenset({"thing", "zone", "win", "lights"})
_ASKS: Final = frozenset({"thing", "act", "num", "ref", "do"})
_PLURAL: Final = ("mark", "plural")
_STATES: Final = frozenset({"on", "off", "open", "close", "up", "down"})
_ONTO: Final = ("mark", "onto")


def told_now(concepts: Sequence[Concept]) -> list[Concept]:
    """The words of a sentence with each such state in a clause of its own, as one that is told."""
    out: list[Concept] = []
    at = 0
    while at < len(concepts):
        end = _state_ends(concepts, at)
        if end and _is_complaint(concepts, at, end):
            rest = [*concepts[:at], *concepts[end:]]
            if not any(c.kind in _ASKS and not c.name.startswith("too_") for c in rest):
                return rest  # how somebody feels, and nothing more
            named = [c for c in concepts[at + 1 : end] if c.kind in _NAMES or c[:2] == _PLURAL]
            out += [*_apart(out[-1:]), *named, _NOW, COMMA]
            at = end
        else:
            out.append(concepts[at])
            at += 1
    return out[:-1] if out[-1:] == [COMMA] else out


def _apart(before: Sequence[Concept]) -> list[Concept]:
    return [COMMA] if before and before[0] != COMMA else []


def _state_ends(concepts: Sequence[Concept], at: int) -> int:
    """Where "with the window open" ends that begins here; 0 where none does."""
    if concepts[at][:2] != _WITH:
        return 0
    end = at + 1
    while end < len(concepts) and (concepts[end].kind in _NAMES or concepts[end][:2] == _PLURAL):
        end += 1
    named = any(c.kind == "thing" for c in concepts[at:end])
    states = concepts[end : end + 1]
    if not named or not states or not (states[0].name in _STATES or states[0][:2] == _ONTO):
        return 0
    end += 1
    while end < len(concepts) and concepts[end].kind in ("num", "unit", "end"):
        end += 1
    return end


def _is_complaint(concepts: Sequence[Concept], start: int, end: int) -> bool:
    """Whether somebody says in the same clause how they feel, before or behind it."""
    before = next((n + 1 for n in range(start - 1, -1, -1) if concepts[n][:2] == COMMA[:2]), 0)
    after = next((n for n in range(end, len(concepts)) if concepts[n][:2] == COMMA[:2]), len(concepts))
    beside = [*concepts[before:start], *concepts[end:after]]
    felt = any(c.kind == "feeling" or c.name.startswith("too_") for c in beside)
    return felt and all(c.kind in ("feeling", "size", "zone", "act", "mark", "polite") for c in beside)
