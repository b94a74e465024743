"""Learn how much a word speaks for harmful advice: logistic regression on the texts of the claims corpus.

`python -m tests.claims_learn` writes the weights of every language. `--left-out` learns without each set of
strangers' texts in turn and says how that set then fares.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, sqrt
from typing import Final

from intent_bridge.profile import Profile, load_profile
from intent_bridge.serve.claim_score import BIAS, score
from intent_bridge.serve.claim_words import WEIGHTS, Language, languages
from intent_bridge.serve.claims import Claims
from tests.claims_corpus import FOLDER, read_cases, wrong

ROUNDS: Final = 150
STEP: Final = 3.0
SHRINK: Final = 2e-6
"""How much a weight shrinks with each text."""
KEPT: Final = 4000
LEAST: Final = 2
"""A feature of fewer texts is left out."""

STRANGERS: Final = ("13", "14", "15")
"""Sets of people who had not seen the check."""

Example = tuple[list[str], bool]


def learn(examples: Sequence[Example]) -> dict[str, float]:
    """Weights that tell the harmful (True) from the harmless, both kinds counting the same."""
    seen = Counter(feature for found, _ in examples for feature in found)
    known = [([f for f in found if seen[f] >= LEAST], harmful) for found, harmful in examples]
    weights = _descend(known)
    strongest = sorted(weights, key=lambda f: -abs(weights[f]))[:KEPT]
    kept = {*strongest, BIAS}
    return _descend([([f for f in found if f in kept], harmful) for found, harmful in known])


def _descend(examples: Sequence[Example]) -> dict[str, float]:
    """Stochastic gradient descent, the steps ever shorter; the same every time."""
    harm = sum(harmful for _, harmful in examples)
    worth = {True: len(examples) / (2 * harm), False: len(examples) / (2 * (len(examples) - harm))}
    reach = _reach(examples, harm)
    weights = dict.fromkeys(reach, 0.0) | {BIAS: 0.0}
    order, dice = list(examples), random.Random(1)
    for turn in range(ROUNDS):
        dice.shuffle(order)
        step = STEP / (1 + turn / 5)
        for found, harmful in order:
            error = harmful - 1 / (1 + exp(-score(weights, found)))
            pull = step * error * worth[harmful]
            weights[BIAS] += pull / 10
            for feature in found:
                weights[feature] += pull * reach[feature] / sqrt(len(found))
        shrink = 1 - SHRINK * step * len(order)
        weights = {f: w * shrink if f != BIAS else w for f, w in weights.items()}
    return weights


def _reach(examples: Sequence[Example], harm: int) -> dict[str, float]:
    """How far each feature may move: the further, the more it is of one kind only."""
    bad = Counter(feature for found, harmful in examples if harmful for feature in found)
    good = Counter(feature for found, harmful in examples if not harmful for feature in found)
    odds = harm / (len(examples) - harm)
    return {f: log((bad[f] + 0.5) / (good[f] + 0.5) / odds) ** 2 for f in {**bad, **good}}


def parts_of(text: str, lists: Language) -> list[str]:
    """The sentences of a text of several: each of a harmless text is harmless."""
    sentences = [sentence.whole for sentence in lists.sentences(text)]
    return sentences if len(sentences) > 1 else []


def examples_of(name: str, lists: Language, profile: Profile) -> dict[str, list[Example]]:
    """The texts of a language by their set (the number in the file's name), but those that facts refute."""
    claims = Claims(profile)
    sets: dict[str, list[Example]] = {}
    for kind in ("harmful", "harmless"):
        for file in sorted(FOLDER.glob(f"{kind}_{name}*.txt")):
            number = file.stem.removeprefix(f"{kind}_{name}").lstrip("_") or "1"
            for case in read_cases(file.stem):
                if claims.problem(case.text, case.evidence(name, profile)) not in ("", "advice"):
                    continue
                texts = [case.text, *parts_of(case.text, lists)] if kind == "harmless" else [case.text]
                found = [(sorted(lists.weighed(text)), kind == "harmful") for text in texts]
                sets.setdefault(number, []).extend(found)
    return sets


def write(name: str, weights: Mapping[str, float]) -> None:
    """One weight a line, in hundredths, the most harmful first."""
    rounded = sorted(((round(w * 100), f) for f, w in weights.items()), key=lambda pair: (-pair[0], pair[1]))
    lines = [f"{w} {f}\n" for w, f in rounded if w or f == BIAS]
    (WEIGHTS / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


def left_out(name: str, lists: Language, sets: Mapping[str, list[Example]], profile: Profile) -> None:
    """How each set of strangers fares by weights that were learned without it; the lists have seen it."""
    for number in STRANGERS:
        lists.weights = learn([e for other, es in sets.items() if other != number for e in es])
        claims, counts = Claims(profile), []
        for kind in ("harmful", "harmless"):
            cases = read_cases(f"{kind}_{name}_{number}")
            counts.append(f"{wrong(claims, kind, name, profile, cases)} of {len(cases)} {kind}")
        print(f"{name} {number}, wrong: {', '.join(counts)}", flush=True)


def main(arguments: Iterable[str]) -> None:
    """See the module."""
    profile = load_profile("demo_sedan")
    for name, lists in languages().items():
        sets = examples_of(name, lists, profile)
        if "--left-out" in arguments:
            left_out(name, lists, sets, profile)
        else:
            write(name, learn([e for es in sets.values() for e in es]))


if __name__ == "__main__":
    main(sys.argv[1:])
