"""The cabin as one mass of air that is heated, cooled, breathed and exchanged.

First-order models: in each tick the cabin relaxes towards the equilibrium of all heat flows, and its CO2
towards that of breath and air exchange, with the exact exponential, so that no tick length is unstable.
"""

from collections.abc import Callable
from decimal import Decimal
from math import exp

from ..profile import from_vss
from ..profile.model import Quantity
from ..types import Value
from . import model

Look = Callable[[str], Value | None]


class Cabin:
    """Air temperature and CO2 of one cabin; keeps what is finer than the published step."""

    def __init__(
        self, spec: model.Climate, seats: tuple[str, ...], quantities: Callable[[str], Quantity]
    ) -> None:
        self.spec = spec
        self._seats = seats
        self._quantities = quantities
        people, flap = spec.occupants, spec.recirculation
        self._present = _values(quantities(seats[0]), people.present) if people else frozenset()
        self._closed = _values(quantities(flap.path), flap.closed) if flap else frozenset()
        self._fine: dict[str, tuple[Value, float]] = {}

    def tick(self, look: Look) -> dict[str, int]:
        """What one tick later is true: path -> value in steps. Reads the vehicle through `look`."""
        spec, dt_s = self.spec, self.spec.tick_ms / 1000
        cabin_c = self._number(look, spec.cabin)
        outside_c = self._number(look, spec.outside)
        people = sum(look(seat) in self._present for seat in self._seats)
        closed = spec.recirculation is not None and look(spec.recirculation.path) in self._closed
        blower = self._number(look, spec.blower) / 100 if spec.blower else 1.0
        fans = [min(self._number(look, s.fan) / 100, blower) for s in spec.stations]

        wide, open_w_per_k = self._openings(look)
        flow_w_per_k = spec.loss_w_per_k + open_w_per_k
        heat_w = flow_w_per_k * outside_c + spec.occupant_w * people
        if spec.sun:
            heat_w += spec.sun_m2 * self._number(look, spec.sun) * self.unshaded(look)
        inlet_c = cabin_c if closed else outside_c
        for station, fan in zip(spec.stations, fans, strict=True):
            supply_c = self._supply_c(look, station, cabin_c, inlet_c)
            flow_w_per_k += spec.station_w_per_k * fan
            heat_w += spec.station_w_per_k * fan * supply_c
        decay = exp(-flow_w_per_k * dt_s / spec.heat_capacity_j_per_k)
        equilibrium_c = heat_w / flow_w_per_k
        told = {spec.cabin: self._keep(spec.cabin, equilibrium_c + (cabin_c - equilibrium_c) * decay)}
        if spec.co2:
            exchange_per_min = spec.leak_per_min + (0 if closed else spec.station_fresh_per_min * sum(fans))
            exchange_per_min += wide * (spec.openings.fresh_per_min if spec.openings else 0)
            settled_ppm = spec.outside_co2_ppm + spec.occupant_co2_ppm_per_min * people / exchange_per_min
            co2_ppm = self._number(look, spec.co2)
            decay = exp(-exchange_per_min * dt_s / 60)
            told[spec.co2] = self._keep(spec.co2, settled_ppm + (co2_ppm - settled_ppm) * decay)
        return told

    def _openings(self, look: Look) -> tuple[float, float]:
        """How many openings' worth is open, and the heat that goes through per kelvin."""
        openings = self.spec.openings
        if openings is None:
            return 0.0, 0.0
        wide = sum(self._number(look, path) for path in openings.paths) / 100
        speed_km_h = self._number(look, openings.speed)
        return wide, wide * (openings.w_per_k + openings.w_per_k_per_km_h * speed_km_h)

    def unshaded(self, look: Look) -> float:
        """The share of the sun that the shade lets in."""
        shade = self.spec.shade
        return 1.0 if shade is None else 1 - shade.sun_share * (1 - self._number(look, shade.path) / 100)

    def blown_c(self, look: Look, station: model.Station) -> float:
        """The temperature of the air that one station blows."""
        flap, cabin_c = self.spec.recirculation, self._number(look, self.spec.cabin)
        closed = flap is not None and look(flap.path) in self._closed
        inlet_c = cabin_c if closed else self._number(look, self.spec.outside)
        return self._supply_c(look, station, cabin_c, inlet_c)

    def _supply_c(self, look: Look, station: model.Station, cabin_c: float, inlet_c: float) -> float:
        """Air blown by one station: as far beyond the set temperature as the error asks and the unit can."""
        set_c = self._number(look, station.temperature)
        coldest_c, hottest_c = self.spec.supply_c
        cools = self.spec.cooling is None or look(self.spec.cooling) is True
        wanted_c = set_c + self.spec.supply_gain * (set_c - cabin_c)
        lowest_c = coldest_c if cools else max(coldest_c, inlet_c)
        return max(min(wanted_c, hottest_c), lowest_c)

    def _number(self, look: Look, path: str) -> float:
        """The value in the path's unit; the finer one where this model made it and nobody set it since."""
        value = look(path)
        fine = self._fine.get(path)
        if fine is not None and fine[0] == value:
            return fine[1]
        step = self._quantities(path).step
        assert step is not None
        return float(Decimal(int(value or 0)) * step)

    def _keep(self, path: str, number: float) -> int:
        """Remember the fine number, and give it in steps within the path's range."""
        quantity = self._quantities(path)
        assert quantity.step is not None
        steps = min(max(round(number / float(quantity.step)), quantity.low), quantity.high)
        self._fine[path] = (steps, number)
        return steps


def _values(quantity: Quantity, literals: tuple[model.Given, ...]) -> frozenset[Value]:
    return frozenset(from_vss(quantity, literal) for literal in literals)
