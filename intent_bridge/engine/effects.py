"""What the engine wants done: the shell carries these out in order and reports what failed.

The order is the meaning: a `Record` stands before the `Send` or `Answer` it accounts for.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeAlias

from intent_bridge.frozen import frozen
from intent_bridge.types import Action, Frame, Outcome, Provenance

if TYPE_CHECKING:
    from intent_bridge.engine.scenes import Course


@frozen
class Record:
    """Write this audit record; nothing after it may happen when it cannot be written."""

    body: Mapping[str, Any]


@frozen
class Send:
    """Hand this frame to its bus, on behalf of this call."""

    call_id: str
    frame: Frame


@frozen
class Answer:
    """Tell whoever waits for this call what became of it."""

    outcome: Outcome


Effect: TypeAlias = Record | Send | Answer


@frozen
class Order:
    """Absolute actions that somebody wants carried out together, before the guard has seen them.

    `arguments` are those of the parsed call (typed numbers and closed words, never free text). An order
    with `restores` puts back what a call that failed halfway had already changed.
    """

    call_id: str
    intent: str
    who: Provenance
    actions: tuple[Action, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    undoes: str = ""
    """The id of the call that this puts back."""
    restores: Outcome | None = None
    course: "Course | None" = None
    """Of a scene in stages: `actions` are those of the present stage, before the first those of the whole."""
    later: tuple[Action, ...] = ()
    """What is put back in a second step, because a rule objects to it before the first is done."""
    own_numbers: tuple[str, ...] = ()
    """Arguments whose number came from nowhere but the model."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the outcome tells besides: why these actions, and what to expect of them."""
