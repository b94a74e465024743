"""What goes back to the model, as text: what was written before is written again only for the same."""

import json
from dataclasses import replace

from intent_bridge.bridge.results import tool_result, tool_result_text
from intent_bridge.profile import load_profile
from intent_bridge.types import ActionReport, Choice, Decision, Outcome, RuleHit, Status, Verdict

PATH = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def denied(*hits: RuleHit) -> Verdict:
    return Verdict(Decision.DENY, (), (), hits, (), "", None)


def test_each_outcomes_text_is_its_own_whatever_was_written_before() -> None:
    profile = load_profile("demo_sedan")
    said = {"en": "No.", "zh": "不行。"}
    plain = Outcome("1", "set_window", Status.DENIED, "rule", "why", texts=said)
    moving, dark = (RuleHit(key, PATH, Decision.DENY, key) for key in ("moving", "dark"))
    unlike = [
        plain,
        replace(plain, status=Status.NOT_DELIVERED),
        replace(plain, code="other"),
        replace(plain, status=Status.INVALID),
        replace(plain, status=Status.INVALID, message="another"),
        replace(plain, texts={**said, "en": "Not now."}),
        replace(plain, verdict=denied(moving)),
        replace(plain, verdict=denied(dark)),
        replace(plain, verdict=denied(moving, dark)),
        replace(plain, choices=(Choice("set_window", {"percent": 1}),)),
        replace(plain, choices=(Choice("set_window", {"percent": 2}),)),
        replace(plain, data={"n": 1}),
        replace(plain, data={"n": 2}),
        replace(plain, actions=(ActionReport(PATH, 40, 40, 40),)),
        replace(plain, actions=(ActionReport(PATH, 44, 44, 44),)),
    ]
    for _ in range(2):
        texts = [tool_result_text(outcome, profile) for outcome in unlike]
        assert [json.loads(text) for text in texts] == [tool_result(outcome, profile) for outcome in unlike]
    assert len(set(texts)) == len(unlike)
    again = replace(plain, call_id="2", actions=(ActionReport(PATH, 40, 40),))
    assert tool_result_text(again, profile) == texts[0], "neither its id nor what was only asked is told"
