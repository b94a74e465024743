"""What was heard and cannot be told any more: its age is unknown, or somebody was asked to change it."""

from collections.abc import MutableMapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from intent_bridge.codec import Encoder
from intent_bridge.engine.running import Running
from intent_bridge.profile import Profile
from intent_bridge.types import Quality, Sample

Live: TypeAlias = MutableMapping[str, Sample]
"""The last sound sample of every path."""


def unheard(sample: Sample) -> Sample:
    """What is left of a sample: that there was one."""
    return Sample(None, sample.received_ms, Quality.MISSING)


def doubt(run: Running, refused: AbstractSet[str], live: Live, profile: Profile, encoder: Encoder) -> None:
    """A command ends: what it asked for and nobody confirmed may be so or not, whatever was heard before it.

    Until the path is heard again, frames about something else ask for nothing there, where they can.
    `refused` are messages that their ECU has turned down: these change nothing.
    """
    for path in run.waiting.keys() - run.moves:
        sound = live.get(path)
        obeyed = profile.actuators[path].command.message not in refused
        if sound is not None and obeyed and encoder.can_say_nothing(path):
            live[path] = unheard(sound)
