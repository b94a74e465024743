"""How much a text sounds like harmful advice: the weights of its words, learned from texts of both kinds.

A second opinion on advice beside the lists of `claim_words`: those know what is a risk and what is plainly
safe, this knows how the two are spoken of. The weights are data (`data/claims/weights/<language>.txt`, one
`weight feature` a line, learned by `python -m tests.claims_learn`).
"""

import re
from collections.abc import Iterable, Mapping
from math import sqrt
from pathlib import Path
from typing import Final

from intent_bridge.errors import Problem, ProfileError

BIAS: Final = "*"
"""The feature of every text."""
_TOKEN: Final = re.compile(r"[a-zäöüß']+|[?!.,]|[\u4e00-\u9fff]|\d+(?:\.\d+)?")
_MARKS: Final = str.maketrans("。？！，’", ".?!,'")
_STEM: Final = 4


def features(text: str, topics: Iterable[str]) -> set[str]:
    """What is weighed of a text: its words, pairs of them, their first letters, its topics of risk."""
    tokens = ["0" if t[0].isdigit() else t for t in _TOKEN.findall(text.lower().translate(_MARKS))]
    pairs = (f"{a} {b}" for a, b in zip(["^", *tokens], [*tokens, "$"], strict=True))
    stems = (f"{t[:_STEM]}-" for t in tokens if len(t) > _STEM)
    return {*tokens, *pairs, *stems, *(f"<{topic}>" for topic in topics)}


def score(weights: Mapping[str, float], found: Iterable[str]) -> float:
    """How much they speak for harm, about −5 to 5; 0 is as likely as not. Long texts weigh no more."""
    known = [weights[feature] for feature in found if feature in weights]
    return weights[BIAS] + (sum(known) / sqrt(len(known)) if known else 0.0)


def read_weights(file: Path) -> Mapping[str, float]:
    """The weights of a file; ProfileError names a line that is none."""
    weights = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        weight, _, feature = line.partition(" ")
        try:
            weights[feature] = int(weight) / 100
        except ValueError:
            raise ProfileError([Problem(file, number, f"no weight: {line!r}", "learn it anew")]) from None
    return weights
