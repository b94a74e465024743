"""What was heard and cannot be told any more: its age is unknown, or somebody was asked to change it."""

from typing import TYPE_CHECKING

from intent_bridge.engine.commands import Ended
from intent_bridge.types import Quality, Sample

if TYPE_CHECKING:
    from intent_bridge.engine.engine import Engine


def unheard(sample: Sample) -> Sample:
    """What is left of a sample: that there was one."""
    return Sample(None, sample.received_ms, Quality.MISSING)


def doubt(engine: "Engine", end: Ended) -> None:
    """What was asked for and never confirmed may be so or not, and what was heard before it is no answer.

    Until the path is heard again, frames about something else ask for nothing there, where they can.
    """
    run = end.run
    if run.held_until_ms is not None:
        return
    for path in run.waiting.keys() - run.moves:
        message = engine.profile.actuators[path].command.message
        sound = engine.live.get(path)
        if sound is not None and message not in end.unheard and engine.encoder.can_say_nothing(path):
            engine.live[path] = unheard(sound)
