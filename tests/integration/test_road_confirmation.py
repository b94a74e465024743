"""A question only a person may answer, and what becomes of the answer."""

import json

from intent_bridge.bridge import SimulatedBridge
from intent_bridge.types import Outcome, Status
from tests.integration.road import (
    AEB,
    DRIVER,
    DRIVING,
    PASSENGER,
    car,
    do,
)

__all__ = ["car"]


def asked(car: SimulatedBridge) -> Outcome:
    outcome = do(car, "set_emergency_braking", on=False)
    assert outcome.status is Status.NEEDS_CONFIRMATION and outcome.confirmation and not outcome.frames
    return outcome


def token(outcome: Outcome) -> str:
    assert outcome.confirmation is not None
    return outcome.confirmation.token


def test_a_persons_yes_lets_the_call_act(car: SimulatedBridge) -> None:
    question = asked(car)
    outcome = car.confirm(token(question), True, DRIVER)
    assert (outcome.call_id, outcome.status) == (question.call_id, Status.DONE)
    assert car.state()[AEB] is False


def test_a_no_does_nothing(car: SimulatedBridge) -> None:
    outcome = car.confirm(token(asked(car)), False, DRIVER)
    assert (outcome.status, outcome.code) == (Status.NO_ACTION, "declined")
    assert car.state()[AEB] is True


def test_a_token_works_once(car: SimulatedBridge) -> None:
    used = token(asked(car))
    car.confirm(used, True, DRIVER)
    do(car, "set_emergency_braking", on=True)
    assert car.confirm(used, True, DRIVER).status is Status.DENIED
    assert car.state()[AEB] is True


def test_a_token_is_void_from_another_seat(car: SimulatedBridge) -> None:
    assert car.confirm(token(asked(car)), True, PASSENGER).code == "confirmation_wrong_zone"
    assert car.state()[AEB] is True


def test_a_token_is_void_when_the_state_it_was_asked_in_has_changed(car: SimulatedBridge) -> None:
    question = asked(car)
    car.set_state(DRIVING)
    assert car.confirm(token(question), True, DRIVER).status is Status.DENIED
    assert car.state()[AEB] is True


def test_a_token_expires(car: SimulatedBridge) -> None:
    question = asked(car)
    (event,) = car.advance_ms(car.profile.file.confirmation_ms + 1)
    assert (event.call_id, event.code) == (question.call_id, "confirmation_expired")
    assert car.confirm(token(question), True, DRIVER).status is Status.DENIED


def test_the_model_never_sees_the_token(car: SimulatedBridge) -> None:
    question = asked(car)
    assert token(question) not in car.tool_result(question)
    assert token(question) not in json.dumps(dict(question.texts))
    assert token(question) not in repr(question)
