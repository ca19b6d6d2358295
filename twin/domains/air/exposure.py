"""What people breathe where they live, and who calls an ambulance for it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from twin.atmosphere.weather import Weather
from twin.core.channels import PersonFellIll
from twin.core.clock import DAY_S, Clock
from twin.domains.air.hours import DAY_H
from twin.domains.air.inventory import Inventory
from twin.domains.air.parameters import AirParameters
from twin.domains.air.tracers import weighted

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.core.model import Twin
    from twin.domains.air.records import Records

Floats = NDArray[np.float64]
Draw = Callable[[str], np.random.Generator]

HIGHEST_UGM3: Final = 1000.0
"""Candidates for calls are drawn for air as bad as this; worse air brings no more."""
CARDIAC: Final = {"stemi": 0.012, "stroke": 0.054, "cardiac_arrest": 0.03}
"""Shares of conditions among cardiac patients; those of the emergency domain's parameters."""


class Exposure:
    """Keeps what each cell breathed in the last day, and the mean of the counted time."""

    def __init__(self, inventory: Inventory, weather: Weather) -> None:
        self._transport, self._weather = inventory.transport, weather
        receptors = inventory.receptors
        self._points, self._residents = inventory.transport.points, receptors.residents
        self._cells = receptors.cells
        self._day = np.full((DAY_H, len(receptors.cells)), np.nan)
        self._total = np.zeros((2, len(receptors.cells)))
        self._counted = 0

    def live(self, hour: int, lived: Floats, without: Floats, aged: Floats, *, counted: bool) -> Floats:
        """Return PM2.5 times residents, as lived and without measures, shape (2,).

        Parameters
        ----------
        lived, without
            Fine particles emitted, g/s, shape (sources,).
        aged
            PM2.5 that is older than an hour, shape (2, cells).
        """
        units = self._transport.exposure_units(self._weather, hour)
        fields: list[Floats] = []
        for place, gps in enumerate((lived, without)):
            if place and np.array_equal(lived, without):
                fields.append(fields[0] - aged[0] + aged[1])
                continue
            fresh = weighted(units, gps[self._points])
            fresh += self._transport.exposure_of_cells(self._weather, hour, gps)
            fields.append(fresh + aged[place])
        both = np.stack(fields)
        self._day[hour % DAY_H] = both[0]
        if counted:
            self._total += both
            self._counted += 1
        return weighted(both, self._residents)

    def field(self, hour: int) -> Floats:
        """Return what each cell breathed in one of the last 24 hours, shape (cells,)."""
        return np.asarray(self._day[hour % DAY_H])

    def means(self) -> Floats:
        """Return the mean of the counted time, as lived and without measures, shape (2, cells)."""
        return self._total / max(self._counted, 1)

    def day_at(self, x_m: float, y_m: float) -> float:
        """Return the mean of the last 24 hours (or of those that are known) at a place; NaN where nobody lives."""
        cell = int(self._cells.of(np.array([[x_m, y_m]]))[0])
        column = self._day[:, cell]
        known = np.isfinite(column)
        return float(column[known].mean()) if cell >= 0 and known.any() else float("nan")


def more_calls(ugm3: Floats | float, condition: str, parameters: AirParameters) -> Floats:
    """Return the share of calls that a day's mean of PM2.5 adds, log-linear above what an ordinary day has."""
    name = "respiratory" if condition == "respiratory" else "cardiac"
    rate = getattr(parameters.calls_per_10_ugm3, name)
    beyond = np.maximum(np.asarray(ugm3) - parameters.calls_from_ugm3, 0.0)
    return np.asarray(np.expm1(np.log1p(rate) * beyond / 10))


def draw_calls(draw: Draw, clock: Clock, city: City, parameters: AirParameters) -> pd.DataFrame:
    """Draw who would call in the worst air: time, place, condition, and a number that the air is held against."""
    served, given = city.residents_served, parameters.calls_residents
    scale = served / given if given else 1.0
    rows = []
    for name in ("respiratory", "cardiac"):
        most = float(more_calls(HIGHEST_UGM3, name, parameters))
        mean = getattr(parameters.exposure_calls, name) * scale * most * (clock.warm_up_s + clock.duration_s) / DAY_S
        count = int(draw(f"{name}_count").poisson(mean))
        at_s = draw(f"{name}_at").random(count) * (clock.warm_up_s + clock.duration_s) - clock.warm_up_s
        lon, lat = city.draw_homes(draw(f"{name}_home"), count)
        weights = np.cumsum(list(CARDIAC.values()))
        which = np.searchsorted(weights, draw(f"{name}_which").random(count) * weights[-1], side="right")
        conditions = np.array(list(CARDIAC), object)[which] if name == "cardiac" else np.full(count, name, object)
        threshold = draw(f"{name}_threshold").random(count) * most
        rows.append(pd.DataFrame(
            {"at_s": at_s, "lon": lon, "lat": lat, "condition": conditions, "threshold": threshold}
        ))  # fmt: skip
    return pd.concat(rows).sort_values("at_s", kind="stable", ignore_index=True)


def let_people_fall_ill(
    twin: Twin, city: City, calls: pd.DataFrame, exposure: Exposure, records: Records, parameters: AirParameters
) -> Generator[simpy.Event, Any, None]:
    """Let those call whose air is bad enough when their time comes."""
    places = city.roads.to_plane_m(calls["lon"].to_numpy(), calls["lat"].to_numpy())
    rows: Iterator[Any] = calls.astype({"condition": object}).itertuples(index=False)
    for number, row in enumerate(rows):
        if row.at_s > twin.now:
            yield twin.env.timeout(row.at_s - twin.now)
        ugm3 = exposure.day_at(*places[number].tolist())
        if not np.isfinite(ugm3) or row.threshold >= float(more_calls(ugm3, row.condition, parameters)):
            continue
        records.calls.add(twin.now, row.condition, row.lon, row.lat, ugm3)
        twin.channels.publish(
            "person_fell_ill", PersonFellIll("air.exposure", row.lon, row.lat, row.condition, f"air.exposure/{number}")
        )
