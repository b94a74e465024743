"""What a session remembers, and the questions only a person may answer: bounds, expiry, wrong places."""

import pytest

from intent_bridge.engine import memory as memory_module
from intent_bridge.engine.effects import Order
from intent_bridge.engine.memory import MAX_OUTCOMES, Memory
from intent_bridge.engine.questions import MAX_OPEN, MAX_WRONG, Question, Questions
from intent_bridge.types import Decision, Outcome, Provenance, SeatZone, Speaker, Status, Verdict

DRIVER = Provenance(Speaker.DRIVER, SeatZone.DRIVER)
PASSENGER = Provenance(Speaker.PASSENGER, SeatZone.PASSENGER)
VERDICT = Verdict(Decision.CONFIRM, (), (), digest="d")


def order(call_id: str = "1", who: Provenance = DRIVER) -> Order:
    return Order(call_id, "set_emergency_braking", who, ())


def test_an_id_is_new_once() -> None:
    memory = Memory()
    assert memory.outcome("1") is None
    memory.open("1", "set_window")
    memory.keep(Outcome("1", "set_window", Status.DONE))
    known = memory.outcome("1")
    assert known is not None and known.status is Status.DONE


def test_an_id_whose_outcome_was_dropped_still_does_not_act() -> None:
    memory = Memory()
    for number in range(MAX_OUTCOMES + 1):
        memory.open(str(number), "x")
    forgotten = memory.outcome("0")
    assert forgotten is not None
    assert (forgotten.status, forgotten.code) == (Status.ERROR, "outcome_forgotten")


def test_ids_of_our_own_take_no_room_and_never_act_twice() -> None:
    memory = Memory()
    memory.keep(Outcome("call-2", "", Status.DONE))
    minted = [memory.mint("call") for _ in range(MAX_OUTCOMES + 2)]
    assert "call-2" not in minted and memory.mint("undo") == "undo-1"
    for call_id in minted:
        assert memory.outcome(call_id) is None
        memory.open(call_id, "x")
    assert memory._ids == {"call-2"}
    forgotten = memory.outcome("call-1")
    assert forgotten is not None and forgotten.code == "outcome_forgotten"
    spelt = ("call-01", "call-0", "call-", "call-+1", "call-٣", "undo-2", "-1", "call-" + 20 * "1")
    for new in (f"call-{MAX_OUTCOMES + 9}", *spelt):
        assert memory.outcome(new) is None
        memory.open(new, "x")
        assert memory.outcome(new) is not None


def test_as_many_outcomes_are_kept_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "MAX_OUTCOMES", 2)
    memory = Memory()
    for call_id in ("1", "2"):
        memory.open(call_id, "x")
    assert [found.code for n in "12" if (found := memory.outcome(n))] == ["", ""]
    memory.open("3", "x")
    assert [found.code for n in "123" if (found := memory.outcome(n))] == ["outcome_forgotten", "", ""]


def test_an_id_of_our_own_whose_kind_has_a_dash_never_acts_twice_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_module, "MAX_OUTCOMES", 1)
    memory = Memory()
    assert memory.mint("routine-arrive-home") == "routine-arrive-home-1"
    for call_id in ("routine-arrive-home-1", "other"):
        memory.open(call_id, "x")
    forgotten = memory.outcome("routine-arrive-home-1")
    assert forgotten is not None and forgotten.code == "outcome_forgotten"
    assert memory._ids == {"other"}


def test_a_full_session_takes_no_new_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "MAX_IDS", 2)
    memory = Memory()
    memory.open("1", "x")
    memory.open("2", "x")
    full = memory.outcome("3")
    assert full is not None and full.code == "session_full"
    assert memory.outcome("1") is not None


def test_a_minted_id_is_one_that_nobody_used() -> None:
    memory = Memory()
    memory.open("call-1", "x")
    assert memory.mint("call") == "call-2"


def test_tokens_differ_by_question_and_secret_and_cannot_be_guessed_from_the_call() -> None:
    first, second = Questions(b"a", 1000), Questions(b"b", 1000)
    tokens = {first.ask(order(), VERDICT, 0).token, first.ask(order(), VERDICT, 0).token}
    tokens |= {second.ask(order(), VERDICT, 0).token}
    assert len(tokens) == 3 and all(len(t) == 32 for t in tokens)


@pytest.mark.parametrize(("now_ms", "result"), [(999, True), (1000, False)])
def test_a_token_lives_until_its_time(now_ms: int, result: bool) -> None:
    questions = Questions(b"s", 1000)
    token = questions.ask(order(), VERDICT, 0).token
    assert isinstance(questions.take(token, DRIVER, now_ms), Question) is result
    assert questions.take(token, DRIVER, 0) == "confirmation_unknown"


def test_the_wrong_place_may_try_a_few_times_only() -> None:
    questions = Questions(b"s", 1000)
    token = questions.ask(order(), VERDICT, 0).token
    for _ in range(MAX_WRONG):
        assert questions.take(token, PASSENGER, 1) == "confirmation_wrong_zone"
    assert questions.take(token, DRIVER, 1) == "confirmation_unknown"


def test_nobody_from_an_unknown_place_confirms() -> None:
    questions = Questions(b"s", 1000)
    token = questions.ask(order(who=Provenance()), VERDICT, 0).token
    assert questions.take(token, Provenance(), 1) == "confirmation_wrong_zone"


def test_the_oldest_question_makes_room() -> None:
    questions = Questions(b"s", 1000)
    tokens = [questions.ask(order(str(n)), VERDICT, n).token for n in range(MAX_OPEN + 1)]
    assert questions.take(tokens[0], DRIVER, 20) == "confirmation_unknown"
    assert isinstance(questions.take(tokens[1], DRIVER, 20), Question)


def test_questions_expire_by_themselves_once() -> None:
    questions = Questions(b"s", 1000)
    questions.ask(order(), VERDICT, 0)
    assert questions.next_ms() == 1000
    assert questions.expired(999) == []
    assert [q.order.call_id for q in questions.expired(1000)] == ["1"]
    assert questions.next_ms() is None


def test_a_question_says_when_it_expires_and_the_next_one_that_does_is_known() -> None:
    questions = Questions(b"s", 1000)
    asked = [questions.ask(order(str(n)), VERDICT, now_ms) for n, now_ms in enumerate((0, 500))]
    assert [confirmation.expires_ms for confirmation in asked] == [1000, 1500]
    assert questions.next_ms() == 1000
    questions.expired(1000)
    assert questions.next_ms() == 1500
