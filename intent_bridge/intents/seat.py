"""Intents about seats: position, shape, memory, heating, ventilation, massage."""

from typing import Annotated, ClassVar

from pydantic import Field

from intent_bridge.intents.base import Domain, IntentModel, Number, OptionalZone, Target, Whole, sizes

_SEAT = "Vehicle.Cabin.Seat.{seat}."


class _Seat(IntentModel):
    domain: ClassVar[Domain] = "seat"
    zone: OptionalZone = None


class SetSeatPosition(_Seat):
    """Move a seat forward or back to an absolute position. For "a bit forward" use adjust_setting."""

    tool: ClassVar[str] = "set_seat_position"
    targets: ClassVar = (
        Target(_SEAT + "Position", "millimetres", setting="seat_position", sizes=sizes("10", "30", "60")),
    )
    millimetres: Annotated[Number, Field(description="Distance from the foremost position, in millimetres.")]


class SetSeatHeight(_Seat):
    """Raise or lower a seat to an absolute height. For "a bit higher" use adjust_setting."""

    tool: ClassVar[str] = "set_seat_height"
    targets: ClassVar = (
        Target(_SEAT + "Height", "millimetres", setting="seat_height", sizes=sizes("5", "10", "20")),
    )
    millimetres: Annotated[Number, Field(description="Height above the lowest position, in millimetres.")]


class SetSeatRecline(_Seat):
    """Set the angle of a seat's backrest. For "lean back a bit" use adjust_setting."""

    tool: ClassVar[str] = "set_seat_recline"
    targets: ClassVar = (
        Target(_SEAT + "Backrest.Recline", "degrees", setting="seat_recline", sizes=sizes("2", "5", "10")),
    )
    degrees: Annotated[Number, Field(description="Angle from upright, in degrees; more is further back.")]


class SetSeatCushionLength(_Seat):
    """Set the length of a seat's cushion, the support under the thighs."""

    tool: ClassVar[str] = "set_seat_cushion_length"
    targets: ClassVar = (
        Target(
            _SEAT + "Seating.Length",
            "millimetres",
            setting="seat_cushion_length",
            sizes=sizes("5", "10", "20"),
        ),
    )
    millimetres: Annotated[Number, Field(description="Extension in millimetres; 0 is the shortest.")]


class SetSeatLumbar(_Seat):
    """Set the lumbar support of a seat."""

    tool: ClassVar[str] = "set_seat_lumbar"
    targets: ClassVar = (
        Target(
            _SEAT + "Backrest.LumbarSupport", "percent", setting="seat_lumbar", sizes=sizes("10", "20", "40")
        ),
    )
    percent: Annotated[Number, Field(description="0 is no support, 100 the most.")]


class RecallSeatMemory(_Seat):
    """Move a seat to a stored memory position."""

    tool: ClassVar[str] = "recall_seat_memory"
    targets: ClassVar = (Target(_SEAT + "MemoryRecall", "slot", "listed"),)
    slot: Annotated[Whole, Field(description="Number of the memory slot.")]


class SetSeatHeating(_Seat):
    """Set the heating of a seat to an absolute level. For "warmer" or "less" use adjust_setting."""

    tool: ClassVar[str] = "set_seat_heating"
    targets: ClassVar = (
        Target(_SEAT + "HeatingLevel", "level", "steps", setting="seat_heating", sizes=sizes("1", "1", "2")),
    )
    level: Annotated[Whole, Field(description="Heating level; 0 is off.")]


class SetSeatVentilation(_Seat):
    """Set the ventilation (cooling) of a seat to an absolute level."""

    tool: ClassVar[str] = "set_seat_ventilation"
    targets: ClassVar = (
        Target(
            _SEAT + "VentilationLevel",
            "level",
            "steps",
            setting="seat_ventilation",
            sizes=sizes("1", "1", "2"),
        ),
    )
    level: Annotated[Whole, Field(description="Ventilation level; 0 is off.")]


class SetSeatMassage(_Seat):
    """Set the massage of a seat to an absolute level."""

    tool: ClassVar[str] = "set_seat_massage"
    targets: ClassVar = (
        Target(_SEAT + "Massage.Level", "level", "steps", setting="seat_massage", sizes=sizes("1", "1", "2")),
    )
    level: Annotated[Whole, Field(description="Massage level; 0 is off.")]
