"""What is said while driving is short, names the value sent, and claims nothing that is not confirmed."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.errors import ProfileError
from intent_bridge.guard import load_packs
from intent_bridge.intents.feelings import comfort_table
from intent_bridge.profile import load_profile
from intent_bridge.profile.load import data_dir
from intent_bridge.texts import FOLDER, Texts, languages
from intent_bridge.texts.sentences import MOVING_CHARS_MAX
from intent_bridge.texts.voice import sentences_of
from intent_bridge.types import (
    Action,
    ActionReport,
    Choice,
    Decision,
    Outcome,
    Quality,
    RuleHit,
    Status,
    Value,
    Verdict,
)

PROFILE = load_profile("demo_sedan")
RULES = load_packs(PROFILE)
TEXTS = Texts(PROFILE)
REASONS = sorted(
    {rule.text.reason_key for bound in RULES.rules.values() for rule in bound}
    | {need.reason_key for scene in PROFILE.file.scenes.values() for need in scene.needs}
)
CLAIMS = {
    "en": re.compile(r"\b(done|(is|are) now)\b", re.IGNORECASE),
    "zh": re.compile("已完成|现在为|已按"),
    "de": re.compile(r"\b(erledigt|fertig|(ist|sind|steht) jetzt)\b", re.IGNORECASE),
}


def values(path: str) -> list[Value]:
    spec = PROFILE.actuators[path].spec
    if spec.type == "boolean":
        return [True, False]
    return list(spec.values) if spec.values else [spec.low, (spec.low + spec.high) // 2, spec.high]


def outcome(status: Status, actions: list[Action], hits: tuple[RuleHit, ...] = (), code: str = "") -> Outcome:
    done = status in (Status.DONE, Status.NO_EFFECT)
    decision = max((hit.effect for hit in hits), default=Decision.ALLOW)
    reports = tuple(ActionReport(a.path, a.value, a.value, a.value if done else None) for a in actions)
    verdict = Verdict(decision, tuple(actions), tuple(actions), hits)
    return Outcome("1", "set_something", status, code, verdict=verdict, actions=reports)


def hits() -> Iterator[tuple[RuleHit, ...]]:
    """None, every reason alone, the longest together, and a sensor nobody knows."""
    path = next(iter(PROFILE.actuators))
    each = {
        e: [RuleHit(f"r.{key}", path, e, key) for key in REASONS] for e in (Decision.CLAMP, Decision.DENY)
    }
    yield ()
    for same in each.values():
        yield from ((hit,) for hit in same)
        yield tuple(sorted(same, key=lambda hit: -len(TEXTS.reason(hit, "en")))[:3])
    for sensor in PROFILE.inputs:
        yield (replace(each[Decision.DENY][0], unknown=((sensor, Quality.STALE),)),)


def outcomes() -> Iterator[Outcome]:
    paths = list(PROFILE.actuators)
    singles = [[Action(path, value)] for path in paths for value in values(path)]
    everything = [Action(path, values(path)[0]) for path in paths]
    several = [everything[at : at + n] for n in (2, 3, 5) for at in range(0, len(paths) - n, 7)]
    codes = {name.partition("-")[2] for name in sentences_of([FOLDER / "en" / "sentences.ftl"])}
    for status in Status:
        for actions in (*singles, *several, everything, []):
            yield outcome(status, actions)
        for code in sorted(codes):
            yield outcome(status, everything[:1], code=code)
        for some in hits():
            yield outcome(status, everything[:1], some)
            yield outcome(status, everything, some)
    choices = tuple(
        Choice("x", {"zone": zone}) for zone in ("driver", "passenger", "rear_left", "rear_right")
    )
    yield replace(outcome(Status.NEEDS_CHOICE, []), choices=choices)


def told() -> Iterator[Outcome]:
    """Every comfort plan of every feeling with every promise."""
    promises = [name.removeprefix("expect-") for name in sentences_of([FOLDER / "en" / "comfort.ftl"])]
    table = comfort_table(PROFILE)
    actions = [Action(p, values(p)[-1]) for p in PROFILE.actuators if "Row1.Driver" in p][:4]
    for because in sorted({plan.because for text in table.feelings.values() for plan in text.plans}):
        for what in (name for name in promises if not name.startswith("because")):
            expect = {"what": what, "celsius": 12.5, "minutes": 15}
            for status in (Status.DONE, Status.SENT, Status.NEEDS_CONFIRMATION):
                yield replace(outcome(status, actions), data={"because": because, "expect": expect})


def test_whatever_becomes_of_a_call_is_said_at_a_glance_while_the_car_moves() -> None:
    long = {
        (text, language)
        for one in (*outcomes(), *told())
        for language, text in TEXTS.render(one, moving=True).items()
        if len(text) > MOVING_CHARS_MAX
    }
    assert long == set()


def test_while_moving_a_single_value_is_still_said_and_a_denial_still_says_why() -> None:
    for path in PROFILE.actuators:
        for value in values(path):
            for status in (Status.DONE, Status.SENT, Status.NEEDS_CONFIRMATION):
                said = TEXTS.render(outcome(status, [Action(path, value)]), moving=True)
                for language, text in said.items():
                    spoken = TEXTS.value(path, value, language)
                    assert spoken in text or (
                        status is Status.NEEDS_CONFIRMATION and value in (True, False)
                    ), text
    for key in REASONS:
        hit = RuleHit("r.x", next(iter(PROFILE.actuators)), Decision.DENY, key)
        for language, text in TEXTS.render(outcome(Status.DENIED, [], (hit,)), moving=True).items():
            assert TEXTS.reason(hit, language) in text


def test_done_is_claimed_only_where_it_is_confirmed() -> None:
    for one in (*outcomes(), *told()):
        if one.status in (Status.DONE, Status.NO_EFFECT) or one.data.get("because"):
            continue
        bare = replace(
            one, verdict=None
        )  # a rule's text tells of the car ("is not working now"), not of the call
        for language, text in TEXTS.render(bare).items():
            assert not CLAIMS[language].search(text), text


def test_the_bridge_is_short_while_it_moves_or_does_not_know() -> None:
    call = {"name": "adjust_comfort", "arguments": {"feeling": "foggy"}}
    with Bridge.simulated("demo_sedan") as car:
        parked = car.handle(call).say("en")
        car.undo()
        car.set_state({"Vehicle.Speed": 50})
        driving = car.handle(call).say("en")
        car.undo()
        car.set_state({"Vehicle.Speed": None})
        car.advance_ms(1000)
        unknown = car.handle(call).say("en")
    assert len(parked) > MOVING_CHARS_MAX >= max(len(driving), len(unknown))
    assert "defroster" in driving


# --- a brand's own voice -------------------------------------------------------------------------------


def brand(tmp_path: Path, **texts: str) -> Path:
    folder = tmp_path / "car"
    shutil.copytree(data_dir() / "demo_sedan", folder)
    for language, text in texts.items():
        with (folder / "texts" / f"{language}.ftl").open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
    return folder


def test_a_brand_changes_the_words(tmp_path: Path) -> None:
    folder = brand(
        tmp_path,
        en="done = Certainly: { $clauses }. { $reason }\nclause-done = { $label } at { $value }\n",
        zh="",
    )
    texts = Texts(load_profile(folder))
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    assert texts.render(outcome(Status.DONE, [Action(path, 44)]))["en"] == (
        "Certainly: the driver's temperature at 22 °C."
    )


@pytest.mark.parametrize(
    "text, says",
    [
        ("clause-done = { $label } is just right", "loses $value"),
        (
            "clause-done = { $many ->\n    [yes] { $label }: { $value }\n   *[no] { $label }\n  }",
            "loses $value",
        ),
        ("done = Certainly. { $reason }", "loses $clauses"),
        ("denied = Not now.", "loses $reason"),
        ("sent = Done: { $clauses }. { $reason }", "says that something is done"),
        ("timeout = All set: { $settings }.", "says that something is done"),
        ("denied = That is now done. { $reason }", "says that something is done"),
        ("clause-sent = { $label } ({ $value }, 22 °C)", "brings a figure of its own, 22"),
        ("expect-cabin-warmer = Soon warmer.", "loses $celsius"),
        ("done = { $clauses } { $speed } { $reason }", "uses $speed"),
    ],
)
def test_a_brand_that_changes_the_facts_is_refused_with_file_and_mend(
    tmp_path: Path, text: str, says: str
) -> None:
    folder = brand(tmp_path, en=text)
    with pytest.raises(ProfileError) as error:
        Texts(load_profile(folder))
    assert any(says in str(problem) and "en.ftl" in str(problem) for problem in error.value.problems)


def test_every_language_can_be_checked() -> None:
    assert all(
        "claims-done" in sentences_of([FOLDER / language / "sentences.ftl"]) for language in languages()
    )
