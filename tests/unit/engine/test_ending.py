"""What a command that failed has changed, and so has to be put back; and what it has not."""

from typing import Any

import pytest

from intent_bridge.engine.ending import restoring
from intent_bridge.types import Action, Quality, Sample, Value
from tests.unit.engine.test_running import FAN, PROFILE, WINDOW, running

FAN_MESSAGE = PROFILE.actuators[FAN].command.message


@pytest.mark.parametrize(
    ("changes", "now_ms", "goes_back"),
    [
        ({}, 799, True),  # on its way: whoever reported nothing may still do it
        ({}, 800, False),  # its ECU had its time
        ({"held_until_ms": 100}, 799, False),  # no frame has left
        ({"waiting": {}}, 10, False),  # given up for another command, and never reported
        ({"waiting": {}, "reported": {FAN: 5}}, 10, True),
        ({"waiting": {}, "reported": {FAN: 5}, "before": {}}, 10, False),  # nobody knows what was there
    ],
)
def test_a_setting_goes_back_where_it_was_changed_or_may_still_be(
    changes: dict[str, Any], now_ms: int, goes_back: bool
) -> None:
    run = running(**{"before": {FAN: 2}} | changes)
    live = {FAN: Sample(5, 0, Quality.OK)}
    assert restoring(run, live, PROFILE, now_ms) == ((Action(FAN, 2),) if goes_back else ())


def test_a_setting_whose_message_was_refused_or_never_sent_does_not_go_back() -> None:
    run = running(before={FAN: 2})
    assert restoring(run, {}, PROFILE, 10, frozenset({"OTHER_CMD"})) == (Action(FAN, 2),)
    assert restoring(run, {}, PROFILE, 10, frozenset({FAN_MESSAGE})) == ()


@pytest.mark.parametrize(
    ("live", "goes_back"), [(2, False), (5, True), (3, True), (None, False), ("nothing heard", False)]
)
def test_a_setting_that_was_confirmed_goes_back_where_it_stands_elsewhere_now(
    live: Value | None, goes_back: bool
) -> None:
    run = running(before={FAN: 2}, waiting={WINDOW: 50}, reported={FAN: 5})
    heard = {} if live == "nothing heard" else {FAN: Sample(live, 0, Quality.OK)}
    assert restoring(run, heard, PROFILE, 10) == ((Action(FAN, 2),) if goes_back else ())


@pytest.mark.parametrize(("live", "goes_back"), [(30, False), (31, False), (32, True), (None, False)])
@pytest.mark.parametrize("waiting", [{WINDOW: 50}, {}])
def test_a_motion_goes_back_from_where_it_stands_unless_that_is_where_it_was(
    live: int | None, goes_back: bool, waiting: dict[str, Value]
) -> None:
    run = running(before={WINDOW: 30}, waiting=waiting)
    heard = {WINDOW: Sample(live, 0, Quality.OK)}
    assert restoring(run, heard, PROFILE, 5000) == ((Action(WINDOW, 30),) if goes_back else ())
