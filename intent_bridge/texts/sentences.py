"""The sentence an assistant may say about an outcome: short, and never more than the bus confirmed.

Which message is used follows from the outcome alone: `done`, or with its code `denied-changed_since`. "Done"
names confirmed values, every other status names what was emitted, and reasons come from the rules' own texts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from intent_bridge.profile import Profile
from intent_bridge.profile.model import OwnTool
from intent_bridge.texts.words import Words, kind_of, many, setting_id, zone_of
from intent_bridge.types import ActionReport, Choice, Decision, Outcome, RuleHit, Status, Value

CLAUSES_MAX = 3
"""More changed settings than that are counted, not listed: a sentence while driving is short."""
PLACES_MAX = 2
REASONS_MAX = 2
MOVING_CHARS_MAX = 120
"""Longest text while the car moves: Android Automotive's default for a restricted string, about what is read
in the few glances of 2 s that NHTSA's guidelines allow."""

_CARRIED_OUT = frozenset({Status.DONE, Status.NO_EFFECT, Status.SENT})
_EXPLAINED = frozenset({Status.DONE, Status.SENT, Status.NEEDS_CONFIRMATION})
_NAMES_SETTINGS = frozenset({Status.STOPPED, Status.REFUSED_BY_ECU, Status.NOT_DELIVERED, Status.TIMEOUT})
_ROWS = {
    frozenset({"driver", "passenger"}): "front_row",
    frozenset({"rear_left", "rear_right"}): "rear_row",
    frozenset({"driver", "passenger", "rear_left", "rear_right"}): "all",
}


def sentence(words: Words, profile: Profile, outcome: Outcome, *, moving: bool = False) -> str:
    """What may be said about `outcome` in the language of `words`; while moving, what is read at a glance.

    What is too long loses first the second reason and what to expect, then settings (they are counted), then
    the reason; never the first value, and never a word of what went wrong.
    """
    fixed = words.fixed(f"{outcome.status}-{outcome.code}") if outcome.code else None
    if fixed is not None:
        return _capital(fixed)
    why, reasons = _why(words, outcome), _reasons(words, outcome)
    all_said = [*why, *reasons]
    first = reasons[:1] or why[:1]
    text = ""
    for listed, said in ((CLAUSES_MAX, all_said), (CLAUSES_MAX, first), (1, first), (1, [])):
        text = _sentence(words, profile, outcome, listed, said)
        if not moving or len(text) <= MOVING_CHARS_MAX:
            return text
    return text


def _sentence(words: Words, profile: Profile, outcome: Outcome, listed: int, said: Sequence[str]) -> str:
    clauses = _clauses(words, profile, outcome, listed)
    settings = (
        _settings(words, profile, [a.path for a in outcome.actions], listed)
        if outcome.status in _NAMES_SETTINGS
        else []
    )
    named = bool(clauses or settings or outcome.choices)
    text = words.text(
        _message_id(words, outcome, named),
        {
            "clauses": _joined(words, "clause", clauses),
            "settings": _joined(words, "item", settings),
            "choices": _joined(
                words, "choice", [*dict.fromkeys(choice_texts(words, profile, outcome.choices))]
            ),
            "reason": " ".join(said),
        },
    )
    return _capital(text)


def _capital(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def choice_texts(words: Words, profile: Profile, choices: Sequence[Choice]) -> list[str]:
    """The ways to complete an ambiguous call, as a person would name them: by value, else by place."""
    done = [{action.path: action.value for action in choice.actions} for choice in choices]
    if not done or not all(done):
        return [_plain_choice(words, profile, choice) for choice in choices]
    shared = [path for path in done[0] if all(path in one for one in done)]
    told = next((path for path in shared if len({str(one[path]) for one in done}) == len(done)), None)
    if told is not None:
        return [words.value(told, profile.actuators[told].spec, one[told]) for one in done]
    return [_joined(words, "item", _settings(words, profile, list(one))) for one in done]


def _plain_choice(words: Words, profile: Profile, choice: Choice) -> str:
    """A choice by its arguments, where nobody knows what it would do; by its place where it has one."""
    own = next((tool for tool in profile.own_tools if choice.own and tool.name == choice.name), None)
    spoken = {name: _spoken(words, own, name, value) for name, value in choice.arguments.items()}
    zone = choice.arguments.get("zone")
    if isinstance(zone, str) and words.has(f"zone-{zone}"):
        return spoken["zone"]
    return ", ".join(spoken.values()) or choice.name


def _spoken(words: Words, own: OwnTool | None, name: str, value: object) -> str:
    """An argument as people say it; a vehicle's own word by what it is mapped to: `ALL_ZONES`, everybody."""
    taken = own.arguments.values() if own is not None and isinstance(value, str) else ()
    mapped = [
        argument.map[str(value)] for argument in taken if argument.take == name and value in argument.map
    ]
    for word in (*mapped, value):
        text = str(word).lower() if isinstance(word, bool) else str(word)
        for message in (f"zone-{text}", f"value-{text}"):
            if words.has(message):
                return words.text(message)
    return str(value).replace("_", " ").lower()


def _message_id(words: Words, outcome: Outcome, named: bool) -> str:
    status = outcome.status.value
    if outcome.code and words.has(f"{status}-{outcome.code}"):
        return f"{status}-{outcome.code}"
    return status if named or not words.has(f"{status}-plain") else f"{status}-plain"


def _claimed(report: ActionReport, status: Status) -> Value | None:
    return report.confirmed if status in (Status.DONE, Status.NO_EFFECT) else report.emitted


def _clauses(words: Words, profile: Profile, outcome: Outcome, listed: int) -> list[str]:
    """One clause per setting and value, at most so many: places that share both are named together."""
    message = f"clause-{outcome.status.value}"
    if not words.has(message):
        return []
    groups: dict[tuple[str, Value], list[str]] = {}
    for report in outcome.actions:
        value = _claimed(report, outcome.status)
        if value is not None and report.path in profile.actuators:
            key = f"{type(value).__name__}:{setting_id(report.path)}"
            groups.setdefault((key, value), []).append(report.path)
    clauses = []
    for (_, value), paths in groups.items():
        quantity = profile.actuators[paths[0]].spec
        labels, plural = _labels(words, profile, paths)
        clauses.append(
            words.text(
                message,
                {
                    "label": labels,
                    "many": plural,
                    "kind": kind_of(quantity),
                    "value": words.value(paths[0], quantity, value),
                },
            )
        )
    return _counted(words, clauses, listed, f"more-{outcome.status.value}")


def _counted(words: Words, clauses: list[str], listed: int, message: str) -> list[str]:
    """The clauses, or the first of them and how many more there are."""
    if len(clauses) <= listed:
        return clauses
    kept = clauses[: max(1, listed - 1)]
    rest = len(clauses) - len(kept)
    return [*kept, words.text(message if words.has(message) else "more", {"count": rest})]


def _labels(words: Words, profile: Profile, paths: Sequence[str]) -> tuple[str, str]:
    """The places of one setting in one name if they make up a row or are many, else as a list."""
    zones = [zone_of(path, profile.file.driver_side) for path in paths]
    row = _ROWS.get(frozenset(zones)) if len(paths) > 1 else None
    if row is None and len(paths) > PLACES_MAX:
        row = "several"
    if row is not None:
        return words.label(paths[0], row, len(paths)), many(row)
    return _joined(words, "item", [words.label(path) for path in paths]), "yes" if len(paths) > 1 else "no"


def _settings(words: Words, profile: Profile, about: Sequence[str], listed: int = CLAUSES_MAX) -> list[str]:
    """The settings that a call is about, at most so many, without values."""
    by_setting: dict[str, list[str]] = {}
    for path in about:
        by_setting.setdefault(setting_id(path), []).append(path)
    names = [_labels(words, profile, paths)[0] for paths in by_setting.values()]
    return names if len(names) <= listed else [*names[: max(1, listed - 1)], words.text("others")]


def _why(words: Words, outcome: Outcome) -> list[str]:
    """Why a comfort plan does what it does and what to expect, where it is carried out or asked about."""
    expect = outcome.data.get("expect")
    if outcome.status not in _EXPLAINED or not isinstance(expect, Mapping):
        return []
    said: tuple[tuple[str, Mapping[str, Any]], ...] = (
        (f"because-{outcome.data.get('because')}", {}),
        (f"expect-{expect.get('what')}", expect),
    )
    return [words.text(key, arguments) for key, arguments in said if words.has(key)]


def _reasons(words: Words, outcome: Outcome) -> list[str]:
    """The texts of the rules that decided, strongest effect only, each once; then those that only tell."""
    hits = outcome.verdict.hits if outcome.verdict is not None else ()
    told = [reason_text(words, hit) for hit in hits if hit.effect is Decision.ALLOW]
    hits = tuple(hit for hit in hits if hit.effect is not Decision.ALLOW)
    if outcome.status in _CARRIED_OUT:  # a question that has been answered needs no reason any more
        hits = tuple(hit for hit in hits if hit.effect is Decision.CLAMP)
    strongest = max((hit.effect for hit in hits), default=None)
    texts = [reason_text(words, hit) for hit in hits if hit.effect is strongest]
    return list(dict.fromkeys([*texts[:REASONS_MAX], *told]))[:REASONS_MAX]


def reason_text(words: Words, hit: RuleHit) -> str:
    """Why one rule decided: its own text, or the sensor whose value it lacks."""
    if hit.unknown:
        return words.text("reason-unknown", {"what": words.label(hit.unknown[0][0])})
    key = f"reason-{hit.reason_key}"
    return words.text(key if words.has(key) else "reason")


def _joined(words: Words, kind: str, parts: Sequence[str]) -> str:
    """A list as people say it: `a, b and c`."""
    if not parts:
        return ""
    text = parts[-1]
    for index, part in enumerate(reversed(parts[:-1])):
        text = words.text(f"{kind}-and" if index == 0 else f"{kind}-comma", {"a": part, "b": text})
    return text
