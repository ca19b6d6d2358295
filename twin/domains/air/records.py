"""The event tables of the air domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.atmosphere.days_of_weather import LIVED as LIVED_COLUMNS
from twin.atmosphere.days_of_weather import days_of_weather
from twin.atmosphere.weather import Weather
from twin.core.recorder import EventTable, Recorder
from twin.domains.air.city_air import LIVED, WITHOUT, AirOfHour
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import GROUPS, KINDS, POLLUTANTS, SPECIES

_NAME: Final = pa.dictionary(pa.int32(), pa.string())
HOURS: Final = {
    "begins_s": pa.float64(), "level": pa.int8(), "restriction": _NAME, "pm25": pa.float32(),
    "pm25_without": pa.float32(), "exposed": pa.float64(), "exposed_without": pa.float64(),
    "residents": pa.float64(), "wind_mps": pa.float32(), "wind_from_deg": pa.float32(),
    "mixing_height_m": pa.float32(), "humidity_percent": pa.float32(), "cut_yuan": pa.float64(),
    "emitted_gps": pa.float64(), "ordinary_gps": pa.float64(),
}  # fmt: skip
STATION_HOURS: Final = {
    "begins_s": pa.float64(), "station": pa.int8(), **{name: pa.float32() for name in POLLUTANTS},
    "pm25_without": pa.float32(), "measured": pa.float32(), "known": pa.bool_(),
}  # fmt: skip
STATIONS: Final = {"station": pa.int8(), "name": pa.string(), "lon": pa.float64(), "lat": pa.float64()}
CONTRIBUTIONS: Final = {"begins_s": pa.float64(), "station": pa.int8(), "group": _NAME, "pm25": pa.float32(),
                        "pm25_without": pa.float32()}  # fmt: skip
PLANTS: Final = {
    "plant": pa.int32(), "name": pa.string(), "kind": _NAME, "x_m": pa.float64(), "y_m": pa.float64(),
    "stack_m": pa.float32(), **{f"{name}_gps": pa.float32() for name in SPECIES}, "hour_yuan": pa.float64(),
}  # fmt: skip
WARNINGS: Final = {
    "decided_s": pa.float64(), "begins_s": pa.float64(), "level": pa.int8(), "curbed": pa.int32(),
    "expected_relief_ugm3": pa.float32(), "restriction": _NAME, "trips": pa.float64(), "trips_yuan": pa.float64(),
}  # fmt: skip
INSPECTIONS: Final = {"at_s": pa.float64(), "plant": pa.int32(), "found": pa.bool_()}
CALLS: Final = {
    "at_s": pa.float64(),
    "condition": _NAME,
    "lon": pa.float64(),
    "lat": pa.float64(),
    "pm25": pa.float32(),
}
EXPOSURE: Final = {"cell": pa.int32(), "x_m": pa.float64(), "y_m": pa.float64(), "residents": pa.float64(),
                   "pm25": pa.float32(), "pm25_without": pa.float32()}  # fmt: skip
DAYS: Final = {"date": pa.string(), **{name: pa.float64() for name in LIVED_COLUMNS}}
"""Whole days as `twin validate air` and ``air.tables.days`` read them; PM2.5 is what the stations measured."""
JUDGED_BY: Final = {"event_index": pa.float64()}
SECRETS: Final = {"plant": pa.int32(), "begins_s": pa.float64(), "factor": pa.float64()}


class Records:
    """Writes what happens to the air."""

    def __init__(self, recorder: Recorder, inventory: Inventory, event_index: float) -> None:
        recorder.table("air.judged_by", JUDGED_BY).add(event_index)
        self.hours: EventTable = recorder.table("air.hours", HOURS)
        self._stations: EventTable = recorder.table("air.station_hours", STATION_HOURS)
        self._contributions: EventTable = recorder.table("air.contributions", CONTRIBUTIONS)
        self.warnings: EventTable = recorder.table("air.warnings", WARNINGS)
        self.inspections: EventTable = recorder.table("air.inspections", INSPECTIONS)
        self.calls: EventTable = recorder.table("air.calls", CALLS)
        self._exposure: EventTable = recorder.table("air.exposure", EXPOSURE)
        self.secrets: EventTable = recorder.table("air.secrets", SECRETS)
        self._days: EventTable = recorder.table("air.days_observed", DAYS)
        self._inventory = inventory
        self._describe(recorder)

    def days(self, weather: Weather, pm25_ugm3: Sequence[float]) -> None:
        """Write the whole days of a stretch of weather."""
        found = days_of_weather(weather, np.array(pm25_ugm3))
        unknown = np.full(found.days, np.nan)
        columns = [found.columns.get(name, unknown) for name in LIVED_COLUMNS]
        self._days.add_columns([day.isoformat() for day in found.dates], *columns)

    def _describe(self, recorder: Recorder) -> None:
        """Write which stations and enterprises there are."""
        receptors, sources = self._inventory.receptors, self._inventory.sources
        listed = recorder.table("air.stations", STATIONS)
        listed.add_columns(
            np.arange(receptors.stations, dtype=np.int8), list(receptors.station_name), receptors.station_lon,
            receptors.station_lat,
        )  # fmt: skip
        count = sources.plants
        plants = recorder.table("air.plants", PLANTS)
        plants.add_columns(
            np.arange(count, dtype=np.int32), [str(name) for name in sources.name[:count]],
            [KINDS[code] for code in sources.kind[:count].tolist()], sources.x_m[:count], sources.y_m[:count],
            sources.stack_m[:count].astype(np.float32), *sources.gps[:count].astype(np.float32).T,
            sources.hour_yuan[:count],
        )  # fmt: skip

    def stations(self, begins_s: float, air: AirOfHour, measured: NDArray[np.float64], *, known: bool) -> None:
        """Write what the hour brought to each station, and what it came from."""
        count = len(measured)
        place = np.arange(count, dtype=np.int8)
        at = np.full(count, begins_s)
        values = [row.astype(np.float32) for row in air.stations[LIVED]]
        self._stations.add_columns(
            at, place, *values, air.stations[WITHOUT, 0].astype(np.float32), measured.astype(np.float32),
            np.full(count, known),
        )  # fmt: skip
        groups = len(GROUPS)
        self._contributions.add_columns(
            np.full(count * groups, begins_s), np.tile(place, groups), np.repeat(GROUPS, count).tolist(),
            *(part.astype(np.float32).ravel() for part in air.groups),
        )  # fmt: skip

    def exposure(self, lived: NDArray[np.float64], without: NDArray[np.float64]) -> None:
        """Write the means of the counted time where people live; shapes (cells,)."""
        receptors = self._inventory.receptors
        self._exposure.add_columns(
            np.arange(len(lived), dtype=np.int32), receptors.cells.centre[:, 0], receptors.cells.centre[:, 1],
            receptors.residents, lived.astype(np.float32), without.astype(np.float32),
        )  # fmt: skip
