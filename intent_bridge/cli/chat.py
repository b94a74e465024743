"""`chat`: a conversation with the simulated car; cabin, verdicts and frames beside the dialogue.

In a pipe it reads one sentence per line and prints what `say` prints.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from intent_bridge.bridge import Bridge, SimulatedBridge
from intent_bridge.cli.exits import Exit, UsageProblem
from intent_bridge.cli.options import read_state, read_who
from intent_bridge.cli.say import checked_language, show_outcomes
from intent_bridge.types import Provenance

MISSING = "install the extra: pip install 'intent-bridge[chat]'"


def talk_to(vehicle: str, state: Sequence[str], who: str | None, *, language: str | None) -> int:
    """Converse until the person leaves, or the pipe ends."""
    spoken, speaker = checked_language(language), read_who(who)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if terminal and find_spec("textual") is None:
        raise UsageProblem("the conversation needs a terminal library that is not installed", MISSING)
    with Bridge.simulated(vehicle) as car:
        try:
            car.set_state(read_state(state))
        except ValueError as error:
            raise UsageProblem(str(error), "see the sensors of the vehicle's profile.yaml") from error
        if terminal:
            from intent_bridge.cli.chat_app import ChatApp

            ChatApp(car, spoken, speaker).run()
        else:
            _lines(car, spoken, speaker)
    return Exit.OK


def _lines(car: SimulatedBridge, language: str | None, speaker: Provenance | None) -> None:
    from intent_bridge.nlu import Talk

    talk = Talk(car, language)
    for line in sys.stdin:
        if text := line.strip():
            print(f"> {text}")
            show_outcomes(car, talk, talk.say(text, speaker))
