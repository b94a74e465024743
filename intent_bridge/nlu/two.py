"""Whether a run of words is two wishes, though each word has a place in one."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from intent_bridge.nlu.lexicon import Concept
from intent_bridge.nlu.merging import PARTS

SWITCHED: Final = frozenset({"on", "off", "open", "close"})
"""What is done to a thing by switching it."""


def are_two(concepts: Sequence[Concept]) -> bool:
    """Whether two things with a comma between are each told what to do: "fan to three, AC off"."""
    segments: list[list[Concept]] = [[]]
    for concept in concepts:
        if concept[:2] == ("mark", "comma"):
            segments.append([])
        else:
            segments[-1].append(concept)
    asked = [
        {c.name for c in one if c.kind == "thing"}
        for one in segments
        if any(c.kind in ("num", "dir", "recirc") or (c.kind == "act" and c.name in SWITCHED) for c in one)
    ]
    if _is_whole_after_part(concepts):
        return True  # 打开内循环再打开空调
    if len(asked) > 1 and all(asked) and len({frozenset(names) for names in asked}) > 1:
        return True
    held = any(c[:2] == ("act", "hold") for one in segments[1:] for c in one)
    if held and any(c.kind == "act" for c in segments[0]):
        return True  # "open all the windows, leave the back ones"
    kinds = [{c.kind for c in one} for one in segments]
    if len(kinds) > 1 and any("do" in kind for kind in kinds) and kinds[-1] >= {"act", "thing"}:
        return True  # "stop there, close the window"
    done = any("do" in kind and not kind & {"act", "thing"} for kind in kinds)
    if done and any("do" not in kind and kind >= {"act", "thing"} for kind in kinds):
        return True  # 车窗关上，我得眯一会儿
    sets = any("num" in kind and kind & {"act", "thing"} for kind in kinds[:-1])
    switched = any(c.kind == "act" and c.name in SWITCHED for c in segments[-1])
    shut = any(c[:2] in (("act", "close"), ("act", "off")) for c in segments[0]) and "thing" in kinds[0]
    if shut and len(kinds) > 1 and kinds[-1] >= {"act", "num"}:
        return True  # "close the windows, put all on 21"
    return sets and switched and bool(kinds[-1] & {"thing", "zone"})  # "set it to 23, open the sunroof"


def _is_whole_after_part(concepts: Sequence[Concept]) -> bool:
    """Whether a part of a thing is switched, and then, by a verb of its own, the whole."""
    named = [(n, c.name) for n, c in enumerate(concepts) if c.kind == "thing"]
    acts = [n for n, c in enumerate(concepts) if c.kind == "act" and c.name in SWITCHED]
    return len(acts) > 1 and any(
        one in PARTS.get(other, ()) and any(at < n < end for n in acts)
        for (at, one), (end, other) in pairwise(named)
    )
