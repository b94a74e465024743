"""The tiny car, its paths by short names, and permits, for the codec's tests."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import cantools
import e2e.p02
import e2e.p05
from cantools.database.can import Database

from intent_bridge.codec import EgressGate
from intent_bridge.profile import Profile, load_profile
from intent_bridge.types import _MINT, Frame, Permit, Quality, RawFrame, Sample, Value

TINY_CAR = Path(__file__).parents[2] / "data" / "tiny_car"

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
AIRFLOW = "Vehicle.Cabin.HVAC.Station.Row1.Driver.AirDistribution"
AIR_CON = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
SEAT_HEATING = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingLevel"
OTHER_SEAT = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
LANE_KEEP = "Vehicle.ADAS.LaneKeepAssist.IsEnabled"
LANE_KEEP_MODE = "Vehicle.ADAS.LaneKeepAssist.Mode"
SPEED = "Vehicle.Speed"


def _dbc() -> Database:
    loaded = cantools.database.load_file(TINY_CAR / "body.dbc")
    assert isinstance(loaded, Database)
    return loaded


DBC = _dbc()
"""Read by cantools alone: the foreign witness."""
CLIMATE: dict[str, int | float | str] = {
    "CmdAlive": 7,
    "CmdResult": "ACCEPTED",
    "AirCon": "ON",
    "DriverTemp": 21.5,
    "Airflow": "FACE",
    "Fan": 40,
    "CabinTemp": 20.0,
}
SEATS: dict[str, int | float | str] = {
    "SeatIndex": 0,
    "CmdAlive": 0,
    "CmdResult": "NONE",
    "Position0": 100,
    "Heating0": 2,
}


@cache
def tiny_car() -> Profile:
    return load_profile(TINY_CAR)


def permit(emitted: Mapping[str, Value], minted_ms: int = 0, lives_ms: int = 20_000) -> Permit:
    """A permit as the guard would make it."""
    return Permit(emitted, "policy", minted_ms, minted_ms + lives_ms, _MINT)


def live(values: Mapping[str, Value]) -> dict[str, Sample]:
    """A state in which these paths were reported long ago."""
    return {path: Sample(value, -1_000_000, Quality.OK) for path, value in values.items()}


def with_bit(frame: Frame | RawFrame, byte: int, flip: int) -> RawFrame:
    """The frame with bits of one byte flipped."""
    raw = frame.raw if isinstance(frame, Frame) else frame
    data = bytearray(raw.data)
    data[byte] ^= flip
    return raw._replace(data=bytes(data))


def status(name: str, counter: int, values: Mapping[str, int | float | str]) -> RawFrame:
    """A frame as an ECU sends it: encoded by cantools, protected by autosar-e2e."""
    message = DBC.get_message_by_name(name)
    spec = tiny_car().messages[name].spec.e2e
    assert spec is not None
    data = bytearray(message.encode({"CRC": 0, "Alive": counter, **values}, strict=False))
    if spec.profile == "P02":
        e2e.p02.e2e_p02_protect(data, bytes(spec.data_ids), increment_counter=False)
    else:
        e2e.p05.e2e_p05_protect(data, spec.data_ids[0], increment_counter=False)
    return RawFrame("body", message.frame_id, False, message.is_fd, bytes(data))


def foreign(raw: RawFrame) -> dict[str, int | float | str]:
    """What cantools reads in a frame of the tiny car."""
    decoded = DBC.get_message_by_frame_id(raw.can_id).decode_simple(raw.data)
    return {name: v if isinstance(v, int | float) else str(v) for name, v in decoded.items()}


def gate(*heard: RawFrame) -> EgressGate:
    """An enabled gate that has received these frames."""
    opened = EgressGate(tiny_car())
    opened.enable()
    for raw in heard:
        opened.observe(raw, 0)
    return opened
