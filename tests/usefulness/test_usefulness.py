"""A car that always says no would be safe: ordinary requests, and how often the car does what was asked.

`python tests/usefulness/test_usefulness.py` prints the score and every surprise.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from intent_bridge.bridge import Bridge
from intent_bridge.cli.options import json_or_text, read_who
from intent_bridge.nlu import Understood, understand
from intent_bridge.profile.yaml import read_yaml
from intent_bridge.types import Decision, Outcome, Status

FILE = Path(__file__).with_name("requests.yaml")
EXPECTED = ("done", "near", "ask", "wait", "no")
DECISIONS = {
    Decision.ALLOW: "done",
    Decision.CLAMP: "near",
    Decision.CONFIRM: "ask",
    Decision.DEFER: "wait",
    Decision.DENY: "no",
}


@dataclass(frozen=True)
class Answered:
    """One request, what was expected of it and what became of it."""

    situation: str
    request: str
    expected: str
    got: str
    outcome: Outcome


@cache
def answers() -> tuple[Answered, ...]:
    return tuple(_all())


def _all() -> Iterator[Answered]:
    situations = read_yaml(FILE).data
    assert isinstance(situations, list)
    for group in situations:
        with Bridge.simulated(group.get("vehicle", "demo_sedan")) as car:
            car.set_state(dict(_spread(car, group["state"])))
            car.advance_ms(1000)
            who = read_who(group["from"])
            for expected in EXPECTED:
                for request in group.get(expected, ()):
                    for outcome in (car.explain(call, who) for call in _calls(car, request)):
                        yield Answered(group["situation"], request, expected, _became(outcome), outcome)


def _calls(car: Bridge, request: str) -> list[object]:
    """A tool with its arguments, or a sentence after its language: `zh: 打开雾灯`."""
    language, said, sentence = request.partition(": ")
    if said:
        found = understand(sentence, language, car.engine.catalogue)
        assert isinstance(found, Understood), f"{request}: {found}"
        return list(found.calls)
    name, *pairs = request.split()
    arguments = {key: json_or_text(text) for key, _, text in (p.partition("=") for p in pairs)}
    return [json.dumps({"name": name, "arguments": arguments})]


def _spread(car: Bridge, state: dict[str, object]) -> Iterator[tuple[str, object]]:
    """The state with `*` written out."""
    for pattern, value in state.items():
        wanted = pattern.split(".")
        for path in car.profile.inputs:
            parts = path.split(".")
            if len(parts) == len(wanted) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=True)):
                yield path, value


def _became(outcome: Outcome) -> str:
    if outcome.verdict is not None:
        added = outcome.verdict.decision is Decision.CLAMP and not (
            set(outcome.verdict.requested) - set(outcome.verdict.emitted)
        )
        return "done" if added else DECISIONS[outcome.verdict.decision]  # companions leave what was asked
    return "done" if outcome.status in (Status.NO_EFFECT, Status.NO_ACTION) else outcome.status.value


def score() -> dict[str, float]:
    """Shares, in percent, of the requests that a person expects to be carried out."""
    fine = [a for a in answers() if a.expected in ("done", "near")]
    got = Counter(a.got if a.got != a.expected else "as expected" for a in fine)
    return {
        "requests": len(answers()),
        "done_as_asked": 100 * got["as expected"] / len(fine),
        "wrongly_denied": 100 * (got["no"] + got["wait"]) / len(fine),
        "needlessly_confirmed": 100 * got["ask"] / len(fine),
    }


def test_there_are_at_least_300_ordinary_requests() -> None:
    assert len(answers()) >= 300
    assert len({(a.situation, a.request) for a in answers()}) == len(answers())


def test_at_least_98_percent_are_done_as_asked() -> None:
    reached = score()
    assert reached["done_as_asked"] >= 98, surprises()
    assert reached["wrongly_denied"] <= 1, surprises()
    assert reached["needlessly_confirmed"] <= 3, surprises()


def test_what_a_person_expects_to_be_held_back_is_held_back() -> None:
    held = [a for a in answers() if a.expected in ("ask", "wait", "no") and a.got in ("done", "near")]
    assert [f"{a.situation}: {a.request}" for a in held] == []


def test_every_denial_names_what_unlocks_it() -> None:
    for a in answers():
        if a.got in ("no", "wait"):
            assert a.outcome.verdict is not None
            assert a.outcome.verdict.unlock, f"{a.situation}: {a.request}"


def surprises() -> str:
    """Every request that got something else than was expected."""
    return "\n".join(
        f"{a.situation}: {a.request}: expected {a.expected}, got {a.got}"
        f" {[hit.id for hit in a.outcome.verdict.hits] if a.outcome.verdict else a.outcome.message}"
        for a in answers()
        if a.got != a.expected
    )


if __name__ == "__main__":
    print(surprises())
    for key, value in score().items():
        print(f"{key:22}{value:8.1f}")
