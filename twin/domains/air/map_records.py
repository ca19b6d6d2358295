"""What maps and lists of the air need: PM2.5 of every cell by hour, and what each enterprise gave and lost."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from twin.core.recorder import EventTable, Recorder
from twin.domains.air.inventory import Inventory

Floats = NDArray[np.float64]

HEAVY_UGM3: Final = 150.0
"""Above this the air of an hour at a station counts as heavily polluted: an index of 200."""
FIELDS: Final = {"begins_s": pa.float64(), "cell": pa.int32(), "pm25": pa.float32()}
PLANT_STATIONS: Final = {
    "plant": pa.int32(), "station": pa.int8(), "pm25": pa.float32(), "pm25_heavy": pa.float32(),
}  # fmt: skip
PLANT_TOTALS: Final = {
    "plant": pa.int32(), "cut_h": pa.float32(), "lost_yuan": pa.float64(), "emitted_gps": pa.float32(),
    "ordinary_gps": pa.float32(),
}  # fmt: skip
_STEPS_IN_UGM3: Final = 10
_HOURS_AT_ONCE: Final = 24


class MapRecords:
    """Writes fields by hour, and sums over the counted hours by enterprise at the end."""

    def __init__(self, recorder: Recorder, inventory: Inventory) -> None:
        self._fields: EventTable = recorder.table("air.fields", FIELDS)
        self._by_station: EventTable = recorder.table("air.plant_stations", PLANT_STATIONS)
        self._totals: EventTable = recorder.table("air.plant_totals", PLANT_TOTALS)
        self._sources = inventory.sources
        self._waiting: list[tuple[float, Floats]] = []
        plants, stations = inventory.sources.plants, inventory.receptors.stations
        self._gave = np.zeros((2, stations, plants))
        self._hours = np.zeros((2, stations))
        self._sums = np.zeros((4, plants))

    def field(self, begins_s: float, pm25: Floats) -> None:
        """Write PM2.5 of an hour in each cell, in tenths, which pack well; shape (cells,)."""
        self._waiting.append((begins_s, np.rint(pm25 * _STEPS_IN_UGM3) / _STEPS_IN_UGM3))
        if len(self._waiting) >= _HOURS_AT_ONCE:
            self._write_fields()

    def _write_fields(self) -> None:
        if not self._waiting:
            return
        begins_s = np.array([at for at, _ in self._waiting])
        told = np.stack([field for _, field in self._waiting]).astype(np.float32)
        cells = np.arange(told.shape[1], dtype=np.int32)
        self._fields.add_columns(np.repeat(begins_s, len(cells)), np.tile(cells, len(told)), told.ravel())
        self._waiting.clear()

    def hour(
        self, units: NDArray[np.float32], lived: Floats, without: Floats, pm25: Floats, cut: Floats, activity: Floats
    ) -> None:
        """Add an hour to the sums.

        Parameters
        ----------
        units
            What 1 g/s gives at the stations, shape (stations, sources).
        lived, without
            Fine particles emitted, as lived and without measures, g/s, shape (sources,).
        pm25
            At the stations, shape (stations,).
        cut
            Share that each source was to leave out, shape (sources,).
        activity
            Share of full work, which standing still loses, shape (sources,).
        """
        plants = self._sources.plants
        gave = units[:, :plants] * lived[:plants]
        heavy = pm25 > HEAVY_UGM3
        self._gave += np.stack([gave, gave * heavy[:, None]])
        self._hours += np.stack([np.ones(len(heavy)), heavy])
        own = cut[:plants]
        yuan = self._sources.hour_yuan[:plants] * own * np.minimum(activity[:plants], 1.0)
        self._sums += np.stack([own, yuan, lived[:plants], without[:plants]])

    def finish(self) -> None:
        """Write the sums: hours and yuan in all, emissions and what arrived as means over hours."""
        self._write_fields()
        stations, plants = self._gave.shape[1:]
        means = self._gave / np.maximum(self._hours, 1)[:, :, None]
        self._by_station.add_columns(
            np.tile(np.arange(plants, dtype=np.int32), stations),
            np.repeat(np.arange(stations, dtype=np.int8), plants),
            *means.reshape(2, -1).astype(np.float32),
        )
        hours = max(float(self._hours[0].max(initial=0)), 1.0)
        cut_h, yuan, lived, without = self._sums
        self._totals.add_columns(
            np.arange(plants, dtype=np.int32), cut_h.astype(np.float32), yuan, (lived / hours).astype(np.float32),
            (without / hours).astype(np.float32),
        )  # fmt: skip
