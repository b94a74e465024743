"""Intents that reach across domains: relative changes, scenes, and the stop of what moves."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from intent_bridge.intents.base import Domain, IntentModel, Number, OptionalZone, words

Feeling: TypeAlias = Literal[
    "cold", "hot", "stuffy", "foggy", "drafty", "sunny", "tired", "noisy", "smelly"
]  # fmt: skip
"""How somebody feels, or what they say of the air; `foggy` is about the windscreen."""
Strength: TypeAlias = Literal["little", "some", "lot"]


class AdjustComfort(IntentModel):
    """Do something about how somebody feels ("I'm cold", "it's stuffy", "the windscreen is fogged").

    The car works out what helps from its own state and says why. Use this for a feeling without a setting;
    when the user names a setting or a value, use the tool for that.
    """

    tool: ClassVar[str] = "adjust_comfort"
    domain: ClassVar[Domain] = "comfort"
    feeling: Annotated[
        Feeling, Field(description="sunny: the sun is in the way; drafty: moving air; foggy: the windscreen.")
    ]
    zone: Annotated[OptionalZone, Field(description="Who feels so. Leave out for the speaker.")] = None
    strength: Annotated[
        Strength | None, Field(description="How much, if the user said so; some if left out.")
    ] = None


class AdjustSetting(IntentModel):
    """Raise or lower a setting from its present value ("warmer", "a bit less", "2 more", "maximum").

    Give amount only if the user said a number, else size.
    """

    tool: ClassVar[str] = "adjust_setting"
    domain: ClassVar[Domain] = "comfort"
    exclusive: ClassVar = ("amount", "size")
    setting: Annotated[str, words()]
    zone: OptionalZone = None
    direction: Annotated[
        Literal["up", "down"],
        Field(description="up is more: warmer, stronger, higher, further back, further open."),
    ]
    amount: Annotated[Number | None, Field(description="By how much, in the setting's unit.")] = None
    size: Annotated[
        Literal["little", "some", "lot", "max"] | None, Field(description="max goes to the end of the range.")
    ] = None


class ActivateScene(IntentModel):
    """Do a prepared scene: several settings together."""

    tool: ClassVar[str] = "activate_scene"
    domain: ClassVar[Domain] = "comfort"
    scene: Annotated[str, words()]


class StopMotion(IntentModel):
    """Stop everything that moves now: seats, windows, roof, trunk. Use at once when somebody says stop."""

    tool: ClassVar[str] = "stop_motion"
    domain: ClassVar[Domain] = "comfort"
    zone: Annotated[OptionalZone, Field(description="Which place. Leave out to stop all motion.")] = None
