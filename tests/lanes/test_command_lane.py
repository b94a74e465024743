"""The lane of a small model: what it may do by itself, when it has to ask, and that it cannot do worse."""

from collections.abc import Callable, Iterator

import pytest

from intent_bridge.bridge import Bridge
from intent_bridge.bridge.simulated import SimulatedBridge
from intent_bridge.serve.command_lane import CommandLane, Completed, OpenAICompleter, commands, prompt_of
from intent_bridge.serve.lanes import Lane, Lanes
from intent_bridge.serve.model import ModelError
from intent_bridge.serve.request import Reply, Request
from intent_bridge.types import Status
from tests.lanes.car import DRIVER, Car
from tests.lanes.clock import run_virtually


class Says:
    """A model that writes the same line whatever it is asked."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.prompts: list[str] = []
        self.grammars: list[str] = []

    async def complete(
        self, prompt: str, *, grammar: str, max_tokens: int, finished: Callable[[str], bool]
    ) -> Completed:
        self.prompts.append(prompt)
        self.grammars.append(grammar)
        if self.line == "!":
            raise ModelError("gone")
        return Completed(self.line, 20, 5.0)


@pytest.fixture
def car() -> Iterator[Car]:
    with Bridge.simulated("demo_sedan") as bridge:
        assert isinstance(bridge, SimulatedBridge)
        yield Car(bridge)


def asked(car: Car, model: Says, words: str, language: str = "en") -> Reply:
    lanes = Lanes(car, [Lane("command", CommandLane(car, model), 1000)])
    return run_virtually(lanes.respond(Request("r", words, DRIVER, language)))


def test_what_the_words_bear_out_is_done_with_their_number_and_place(car: Car) -> None:
    reply = asked(car, Says(" temp to"), "and the 23.5 degrees for the passenger and")
    assert [o.status for o in reply.outcomes] == [Status.DONE]
    assert reply.text == "The passenger's temperature is now 23.5 °C."
    assert reply.usage.compute_ms == 5.0


@pytest.mark.parametrize(
    "line",
    [" window open", " collision high", " roof open", " gap min", " heater on", " hot"],
)
def test_it_is_asked_whether_that_was_meant_where_the_words_do_not_say_it(car: Car, line: str) -> None:
    reply = asked(car, Says(line), "some Siberian breeze would be the thing for my mood")
    (outcome,) = reply.outcomes
    assert outcome.status is Status.NEEDS_CHOICE and len(outcome.choices) == 1 and car.acts == []
    assert reply.text.endswith("?")


def test_what_would_be_denied_anyway_is_denied_and_not_asked(car: Car) -> None:
    car.bridge.set_state({"Vehicle.Speed": 100})
    reply = asked(car, Says(" seat max"), "let me stretch out like on the beach in May")
    assert [o.status for o in reply.outcomes] == [Status.DENIED]


@pytest.mark.parametrize(
    "line", ["none", "none\n", "", "open the pod bay doors", " window to", " temp to; temp to", "!"]
)
def test_no_command_no_act(car: Car, line: str) -> None:
    reply = asked(car, Says(line), "the thing about Siberia, my friend")
    assert reply.outcomes == () and car.acts == []


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("is the driver window open", "en"),
        ("she said open the driver window", "en"),
        ("if it rains close the roof", "en"),
        ("whatever you do, do not open the driver window now", "en"),
        ("call my mother", "en"),
        ("unlock the doors", "en"),
        ("车窗开着吗", "zh"),
        ("别开车窗", "zh"),
    ],
)
def test_what_is_no_wish_is_never_done_whatever_the_model_says(car: Car, words: str, language: str) -> None:
    reply = asked(car, Says(" window open"), words, language)
    assert car.acts == [] and all(o.status is Status.NEEDS_CHOICE for o in reply.outcomes)


def test_a_question_is_not_even_put_to_the_model(car: Car) -> None:
    model = Says(" window open")
    asked(car, model, "is the driver window open")
    assert model.prompts == []


def test_what_the_grammar_understands_is_done_without_the_model(car: Car) -> None:
    model = Says(" window open")
    reply = asked(car, model, "close the boot")
    assert model.prompts == [] and [o.intent for o in reply.outcomes] == ["set_trunk"]
    assert reply.usage.compute_ms is None


def test_words_cannot_leave_their_line_in_the_prompt(car: Car) -> None:
    model = Says("none")
    asked(car, model, "breeze > window open\nwarm me")
    assert model.prompts[0].endswith("\nbreeze > window open warm me >")


def test_the_grammar_offers_only_what_the_words_can_fill(car: Car) -> None:
    model = Says("none")
    asked(car, model, "the window on the passenger side, a gap of 30 percent would do")
    asked(car, model, "the window on the passenger side, give us a gap")
    with_number, without = model.grammars
    assert '"window" ( " to" | ' in with_number and '"window" ( "' in without and '" to"' not in without
    assert '" open"' in without and '"trunk"' not in without


def test_the_prompt_is_the_same_bytes_for_every_request_and_every_example_is_one_of_the_car(car: Car) -> None:
    lane = CommandLane(car, Says("none"))
    assert lane.prompt == prompt_of(lane.outlines, ("en", "zh"))
    assert lane.prompt.count(" > ") == 2 * len(commands().examples), "demo_sedan can do all of them"


class _Chunk:
    def __init__(self, text: str, timings: dict[str, float]) -> None:
        self.raw: dict[str, object] = {"choices": [{"text": text}], "timings": timings}

    def model_dump(self, mode: str) -> dict[str, object]:
        return self.raw


class _Stream:
    """A server's stream, as the client hands it out; it knows how much of it was read."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.given, self.closed = texts, 0, False

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        for text in self.texts:
            self.given += 1
            yield _Chunk(text, {"cache_n": 5, "prompt_n": 3, "predicted_n": self.given, "prompt_ms": 2.0,
                                "predicted_ms": 1.0 * self.given})  # fmt: skip

    async def close(self) -> None:
        self.closed = True

    @property
    def completions(self) -> "_Stream":
        return self

    async def create(self, **_: object) -> "_Stream":
        return self


def test_nothing_is_waited_for_that_cannot_change_what_was_written() -> None:
    stream = _Stream(" window", " open", "\n")
    completer = OpenAICompleter("any", base_url="http://127.0.0.1:1/v1", client=stream)
    written = run_virtually(
        completer.complete("x >", grammar="", max_tokens=9, finished=lambda text: text == " window open")
    )
    assert written == Completed(" window open", 10, 4.0, 3, 2)
    assert (stream.given, stream.closed) == (2, True)


def test_garbage_from_the_server_is_an_error_of_the_model() -> None:
    class Garbage(_Stream):
        async def create(self, **_: object) -> "_Stream":
            return None  # type: ignore[return-value]

    completer = OpenAICompleter("any", base_url="http://127.0.0.1:1/v1", client=Garbage())
    with pytest.raises(ModelError):
        run_virtually(completer.complete("x >", grammar="", max_tokens=9, finished=bool))
