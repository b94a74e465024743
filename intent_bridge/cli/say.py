"""`say`: a sentence to the simulated car, understood with no model; answered as `run` answers a call."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from intent_bridge.bridge import Bridge
from intent_bridge.cli.answers import Answers
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_state, read_who
from intent_bridge.cli.run import shown
from intent_bridge.cli.show import Show, console
from intent_bridge.types import Outcome

if TYPE_CHECKING:
    from intent_bridge.nlu import Talk

MISSING = "install the extra: pip install 'intent-bridge[nlu]'"


def say_sentence(
    vehicle: str, text: str, state: Sequence[str], who: str | None, *, language: str | None, as_json: bool
) -> int:
    """Carry out one sentence; the exit code is 0 whatever becomes of it, for that is what the answer says."""
    talk_in = checked_language(language)
    speaker = read_who(who)
    with Bridge.simulated(vehicle) as car:
        try:
            car.set_state(read_state(state))
        except ValueError as error:
            raise UsageProblem(str(error), "see the sensors of the vehicle's profile.yaml") from error
        from intent_bridge.nlu import Talk

        talk = Talk(car, talk_in)
        outcomes = talk.say(text, speaker)
        show_outcomes(car, talk, outcomes, as_json=as_json)
    return Exit.OK


def show_outcomes(car: Bridge, talk: "Talk", outcomes: Sequence[Outcome], *, as_json: bool = False) -> None:
    """Print what became of a sentence: as `run` answers, or for people, in the language of the sentence."""
    answers, language = Answers(car, talk.language), talk.language
    show = None if as_json else Show(console())
    for outcome in outcomes:
        line = answers.outcome(outcome)
        if show is None:
            print(shown(line), end="")
        else:
            show.outcome(line.model_copy(update={"say": {language: line.say[language]}}), outcome.frames)


def checked_language(name: str | None) -> str | None:
    """A language that sentences are understood in; None leaves it to each sentence."""
    if find_spec("unicode_rbnf") is None:
        raise UsageProblem("sentences are not understood in this installation", MISSING)
    from intent_bridge.nlu import languages

    known = languages()
    if name is not None and name not in known:
        raise UsageProblem(f"there is no language `{name}`", f"one of {', '.join(known)}")
    return name
