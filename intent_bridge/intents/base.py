"""What every intent is made of: the model class, its kinds of fields, and where their values go.

An intent holds what was asked, in the units the model was told; it knows no vehicle. One class is one
tool: the class name is for us, `tool` is for the model, the docstring is the tool's description.
"""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from intent_bridge.intents.zones import SpokenZone

Domain: TypeAlias = Literal["climate", "seat", "adas", "body", "drive", "comfort", "read"]


def _number(value: object) -> Decimal:
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("wrong_type", "must be a number")
    return value if isinstance(value, Decimal) else Decimal(str(value))  # str(22.3) is 22.3, exactly


def _whole(value: object) -> int:
    """JSON Schema knows one kind of number: 2.0 is an integer, and `true` is not."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("wrong_type", "must be a whole number")
    if value != int(value):
        raise PydanticCustomError("off_step", "must be a whole number, without a fraction")
    return int(value)


def _number_or_name(value: object) -> Decimal | str:
    return value if isinstance(value, str) else _number(value)


def _plain(value: Decimal | str) -> int | float | str:
    if isinstance(value, str):
        return value
    return int(value) if value == int(value) else float(value)


_as_plain = PlainSerializer(_plain)
Number: TypeAlias = Annotated[
    Decimal, BeforeValidator(_number), _as_plain, WithJsonSchema({"type": "number"})
]
"""A physical number, exact."""
NumberOrName: TypeAlias = Annotated[
    Decimal | str,
    BeforeValidator(_number_or_name),
    _as_plain,
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]
"""A physical number, or the name the vehicle gives to an end of the range (`LO`)."""
AS_WHOLE = BeforeValidator(_whole)
Whole: TypeAlias = Annotated[int, AS_WHOLE]
"""A whole number."""
OptionalZone: TypeAlias = Annotated[
    SpokenZone | None, Field(description="Which place. Leave out for the speaker's own place.")
]


def words(*known: str, description: str = "") -> Any:
    """A field that holds one of the vehicle's own words; `known` are those that cars usually have.

    A vehicle may lack some of them (then asking for one is `not_equipped`) and may have others.
    """
    return Field(description=description or None, json_schema_extra={"enum": list(known)})


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """Where the value of one field goes: a VSS path, or one path for each place of the zone.

    `path` may hold `{seat}` (`Row1.DriverSide`) or `{station}` (`Row1.Driver`).

    `counts` says how the field's value becomes the path's:
      `unit`    a number in the path's unit, one of its names (`LO`), a boolean, or the word of an enum
      `steps`   a number of the path's steps: fan level 3 of a path in steps of 10 % is 30 %, level 1 of
                an enum OFF, LOW, HIGH is LOW
      `listed`  a number that an enum spells at the end of its value names: 1.4 is `GAP_1_4`, 2 is `SLOT2`
      `change`  a signed number of steps to add to the present value

    `spoken` holds the model's words that are not simply the value name in lower case. `only` limits the
    target to some words of another field (`window`: front). `named` fields take the names of numbers too
    (`LO`). `setting` is the target's name in `adjust_setting`, and `sizes` are what "a little", "some" and
    "a lot" mean there, counted as the field is.
    """

    path: str
    field: str
    counts: Literal["unit", "steps", "listed", "change"] = "unit"
    spoken: Mapping[str, str] = dataclasses.field(default_factory=dict)
    only: tuple[str, tuple[str, ...]] | None = None
    named: bool = False
    setting: str | None = None
    sizes: tuple[Decimal, Decimal, Decimal] | None = None

    @property
    def zoned(self) -> bool:
        """There is one such path for each place."""
        return "{" in self.path


def sizes(little: str, some: str, lot: str) -> tuple[Decimal, Decimal, Decimal]:
    """What "a little", "some" and "a lot" mean for one setting."""
    return Decimal(little), Decimal(some), Decimal(lot)


class IntentModel(BaseModel):
    """What was asked, in the words of one tool; knows no vehicle, sends nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    tool: ClassVar[str]
    """Name of the tool, as the model calls it."""
    domain: ClassVar[Domain]
    targets: ClassVar[tuple[Target, ...]] = ()
    """Where the values go; empty for intents that the resolver treats by hand."""
    read_only: ClassVar[bool] = False
    needs_one_of: ClassVar[tuple[str, ...]] = ()
    """At least one of these optional fields must be given."""
    exclusive: ClassVar[tuple[str, ...]] = ()
    """At most one of these optional fields may be given."""

    @property
    def arguments(self) -> dict[str, object]:
        """The fields that were given, as plain JSON values; parsing them again gives an equal intent."""
        return {
            name: _plain(value) if type(value) is Decimal else value
            for name, value in self.__dict__.items()
            if value is not None
        }
