"""The market packs: on a real vehicle every rule trips and is narrowly missed, and nothing loosens."""

from functools import cache

import pytest

from intent_bridge.guard import Guard, RuleSet, load_packs
from intent_bridge.guard.proof import prove
from intent_bridge.profile import Profile, from_vss, load_profile
from intent_bridge.sim import SimulatedVehicle, load_plan
from intent_bridge.texts import Texts
from intent_bridge.types import (
    Action,
    Channel,
    Decision,
    Provenance,
    Quality,
    Sample,
    SeatZone,
    Speaker,
    Value,
)

MARKETS = ("eu", "us", "cn")
NOW = 100_000
BRAKING = "Vehicle.ADAS.AutomaticEmergencyBraking.IsEnabled"
LANE = "Vehicle.ADAS.LaneKeepAssist.IsEnabled"
REAR = "Vehicle.Body.Lights.Fog.Rear.IsOn"
FRONT = "Vehicle.Body.Lights.Fog.Front.IsOn"
LOW = "Vehicle.Body.Lights.Beam.Low.IsOn"
WINDOW = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
SPEED = "Vehicle.Speed"


@cache
def loaded(market: str | None) -> tuple[Profile, RuleSet, Guard]:
    profile = load_profile("demo_sedan")
    base, *rest = profile.file.packs
    others = [name for name in rest if name not in MARKETS]
    rules = load_packs(profile, [base, *([market] if market else []), *others])
    return profile, rules, Guard(profile, rules)


@cache
def start() -> dict[str, Sample]:
    profile = load_profile("demo_sedan")
    car = SimulatedVehicle(profile, load_plan(profile))
    known = {p: (s.quantity, car.get_state(p)) for p, s in profile.sensors.items()}
    return {p: Sample(from_vss(q, v), NOW, Quality.OK) for p, (q, v) in known.items() if v is not None}


def said(
    market: str | None, path: str, value: Value, channel: Channel = Channel.VOICE, **state: Value
) -> tuple[Decision, list[str]]:
    names = {"speed": SPEED, "low": LOW, "window": WINDOW, "lane": LANE}
    now = start() | {names[key]: Sample(given, NOW, Quality.OK) for key, given in state.items()}
    who = Provenance(Speaker.DRIVER, SeatZone.DRIVER, channel)
    verdict = loaded(market)[2].judge([Action(path, value)], now, who, NOW)
    return verdict.decision, [hit.id for hit in verdict.hits if hit.id.startswith((*MARKETS, "require"))]


CLAMP, ASK, DENY, FINE = Decision.CLAMP, Decision.CONFIRM, Decision.DENY, Decision.ALLOW
CASES = [
    ("eu", REAR, True, {}, CLAMP, "eu.fog_rear.low_beam"),
    ("eu", REAR, True, {"low": True, "speed": 1000}, FINE, ""),
    ("eu", REAR, False, {}, FINE, ""),
    ("eu", LANE, False, {"channel": Channel.APP}, DENY, "eu.assistance.remote"),
    ("eu", BRAKING, False, {"channel": Channel.APP}, DENY, "eu.assistance.remote"),
    ("eu", LANE, False, {}, ASK, ""),
    ("eu", LANE, True, {"channel": Channel.APP, "lane": False}, FINE, ""),
    ("us", WINDOW, 10, {"channel": Channel.APP, "window": 20}, DENY, "us.closing.remote"),
    ("us", WINDOW, 30, {"channel": Channel.APP, "window": 20}, FINE, ""),
    ("us", WINDOW, 10, {"channel": Channel.TOUCH, "window": 20}, FINE, ""),
    ("us", FRONT, True, {}, CLAMP, "us.fog_front.low_beam"),
    ("us", FRONT, True, {"low": True}, FINE, ""),
    ("us", REAR, True, {"low": True}, FINE, ""),
    ("cn", LANE, True, {"lane": False, "speed": 31}, ASK, "cn.lane_keep.driving"),
    ("cn", LANE, True, {"lane": False, "speed": 30}, FINE, ""),
    ("cn", FRONT, True, {}, CLAMP, "cn.fog.low_beam"),
    ("cn", REAR, True, {}, CLAMP, "cn.fog.low_beam"),
    ("cn", REAR, False, {}, FINE, ""),
    ("cn", WINDOW, 30, {"channel": Channel.APP, "window": 20}, ASK, "cn.opening.remote"),
    ("cn", WINDOW, 30, {"window": 20}, FINE, ""),
]


@pytest.mark.parametrize(("market", "path", "value", "given", "decision", "rule"), CASES)
def test_a_market_asks_for_what_its_law_asks(
    market: str, path: str, value: Value, given: dict[str, Value], decision: Decision, rule: str
) -> None:
    assert said(market, path, value, **given) == (decision, [rule] if rule else [])  # type: ignore[arg-type]


@pytest.mark.parametrize("market", MARKETS)
def test_every_rule_of_a_market_is_tripped_and_has_its_text(market: str) -> None:
    profile, rules, _ = loaded(market)
    texts = {rule.text for bound in rules.rules.values() for rule in bound if rule.text.id.startswith(market)}
    assert {text.id for text in texts} == {rule for at, *_, rule in CASES if at == market and rule}
    assert Texts(profile).missing(text.reason_key for text in texts) == []
    assert (rules.warnings, rules.unchecked) == ((), ())


@pytest.mark.parametrize("market", MARKETS)
def test_a_market_only_tightens(market: str) -> None:
    for _, path, value, given, _, _ in CASES:
        with_it = said(market, path, value, **given)[0]  # type: ignore[arg-type]
        assert with_it >= said(None, path, value, **given)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("market", MARKETS)
def test_every_invariant_holds_with_a_market(market: str) -> None:
    profile, rules, _ = loaded(market)
    assert prove(profile, rules).failures == ()


def test_a_law_that_was_not_read_is_marked_as_not_read() -> None:
    for market in MARKETS:
        for bound in loaded(market)[1].rules.values():
            for rule in bound:
                ours = rule.text.id.startswith(market)
                if ours and ("not read" in rule.text.source or "not looked up" in rule.text.source):
                    assert rule.text.verified == "memory", rule.text.id
