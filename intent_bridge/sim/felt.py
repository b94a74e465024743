"""What people in the simulated cabin feel and no bus tells: warm seats, blown air, fog, noise, draught.

Only tests and demonstrations look here: so a promise ("warm in two minutes") is held against the vehicle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log10

from ..profile import to_vss
from ..profile.model import Quantity
from ..types import Value
from .climate import Cabin, Look

_WINDSCREEN_CLEAR = 0.1


@dataclass(frozen=True, slots=True)
class Feeling:
    """One moment at one seat. `film` is that of the windscreen, from 0 to 1."""

    seat_c: float
    blown_c: float
    draught_m_s: float
    noise_db: float
    film: float
    sun_w: float

    @property
    def clear(self) -> bool:
        """Whether the driver sees through the windscreen."""
        return self.film <= _WINDSCREEN_CLEAR


class Felt:
    """Seat surfaces and the windscreen over time. Holds state, time comes with each tick."""

    def __init__(self, cabin: Cabin, quantities: Mapping[str, Quantity]) -> None:
        self._cabin, self._quantities = cabin, quantities
        self._seats_c: dict[str, float] = {}
        self.film = 0.0

    def tick(self, look: Look) -> None:
        """Let one tick of the climate model pass."""
        spec = self._cabin.spec
        if spec.seats is not None:
            for seat in self._all_seats():
                settled_c = self._settled_c(look, seat)
                decay = exp(-spec.tick_ms / 1000 / spec.seats.settles_s)
                self._seats_c[seat] = settled_c + (self._seats_c.get(seat, settled_c) - settled_c) * decay
        if spec.windscreen is not None:
            per_min = spec.windscreen.grows_per_min if look(spec.windscreen.damp) else 0
            per_min -= self._clearing_per_min(look)
            self.film = min(1.0, max(0.0, self.film + per_min * spec.tick_ms / 60_000))

    def at(self, look: Look, seat: str) -> Feeling:
        """What somebody on this seat (`Row1.DriverSide`) feels now."""
        spec = self._cabin.spec
        station = next(s for s in spec.stations if f".{seat.removesuffix('Side')}." in s.fan)
        sun_w = spec.sun_m2 * self._number(look, spec.sun) * self._cabin.unshaded(look) if spec.sun else 0.0
        return Feeling(
            seat_c=self._seats_c.get(seat, self._number(look, spec.cabin)),
            blown_c=self._cabin.blown_c(look, station),
            draught_m_s=self._draught_m_s(look, station.fan),
            noise_db=self._noise_db(look),
            film=self.film,
            sun_w=sun_w,
        )

    def _all_seats(self) -> list[str]:
        seats = self._cabin.spec.seats
        assert seats is not None
        return [
            path.removeprefix("Vehicle.Cabin.Seat.").removesuffix(f".{seats.heating}")
            for path in self._quantities
            if path.startswith("Vehicle.Cabin.Seat.") and path.endswith(f".{seats.heating}")
        ]

    def _settled_c(self, look: Look, seat: str) -> float:
        spec = self._cabin.spec
        assert spec.seats is not None
        warm = self._number(look, f"Vehicle.Cabin.Seat.{seat}.{spec.seats.heating}")
        cool = self._number(look, f"Vehicle.Cabin.Seat.{seat}.{spec.seats.ventilation}")
        level = warm * spec.seats.k_per_heating_level - cool * spec.seats.k_per_ventilation_level
        return self._number(look, spec.cabin) + level

    def _clearing_per_min(self, look: Look) -> float:
        spec = self._cabin.spec
        screen = spec.windscreen
        assert screen is not None
        if spec.recirculation is not None and look(spec.recirculation.path) in spec.recirculation.closed:
            return 0.0
        fans = [
            self._number(look, fan) / 100
            for direction, fan in screen.outlets.items()
            if look(direction) in screen.blows
        ]
        heated = 0.5 if screen.heated is not None and look(screen.heated) is True else 0.0
        dried = 1.0 if spec.cooling is None or look(spec.cooling) is True else 0.5
        return screen.clears_per_min * dried * (sum(fans) + heated)

    def _draught_m_s(self, look: Look, fan: str) -> float:
        noise, openings = self._cabin.spec.noise, self._cabin.spec.openings
        if noise is None:
            return 0.0
        direction = look(fan.rsplit(".", 1)[0] + ".AirDistribution")
        blown = noise.face_m_s if direction in noise.face else noise.face_m_s / 3
        felt = blown * self._number(look, fan) / 100
        if openings is not None:
            wide = max(self._number(look, path) for path in openings.paths) / 100
            felt += wide * noise.open_m_s_per_km_h * (10 + self._number(look, openings.speed))
        return felt

    def _noise_db(self, look: Look) -> float:
        spec = self._cabin.spec
        noise, openings = spec.noise, spec.openings
        if noise is None or openings is None:
            return 0.0
        speed_km_h = self._number(look, openings.speed)
        fans = max(self._number(look, station.fan) for station in spec.stations) / 100
        wide = max(self._number(look, path) for path in openings.paths) / 100
        sources = [
            noise.still_db + noise.db_per_km_h * speed_km_h,
            noise.still_db + noise.db_per_fan * fans,
        ]
        if wide and speed_km_h:  # sound power grows with the area and the fifth power of the speed
            sources.append(noise.open_db_at_100_km_h + 10 * log10(wide) + 50 * log10(speed_km_h / 100))
        return 10 * log10(sum(10 ** (db / 10) for db in sources))

    def _number(self, look: Look, path: str) -> float:
        value: Value | None = look(path)
        return 0.0 if value is None else float(to_vss(self._quantities[path], value))
