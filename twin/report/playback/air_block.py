"""The air of a brain's first days as the page reads it: PM2.5 of cells and stations by hour, and the enterprises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import HOUR_S
from twin.domains.air.kinds import PLANT_KINDS
from twin.report.playback.blocks import Columns, Running
from twin.report.playback.city_block import UNITS_PER_M
from twin.report.playback.layers_block import INTERVAL_S, interval_count

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph

Floats = NDArray[np.float64]

TABLES: Final = (
    "fields", "exposure", "stations", "station_hours", "plants", "plant_totals", "plant_stations", "inspections",
)  # fmt: skip
MOST_DAYS: Final = 14
"""A run without vehicles is played back for no longer."""
_ONE_CELL_M: Final = 4000.0
_PARTS: Final = 1000


def air_columns(events: Mapping[str, pd.DataFrame], roads: RoadGraph, ends_s: float) -> Columns:
    """Return the columns of the air until a second."""
    cells = events["air.exposure"]
    return {
        **_cells(cells, _by_hour(events["air.fields"], "cell", len(cells), ends_s)),
        **_stations(events, roads, ends_s),
        **_plants(events),
    }


def air_curve(events: Mapping[str, pd.DataFrame], ends_s: float) -> list[float]:
    """Return what residents breathe on average, a number an interval."""
    cells = events["air.exposure"]
    weight = cells["residents"].to_numpy(np.float64)
    field = _by_hour(events["air.fields"], "cell", len(cells), ends_s)
    mean = weight @ field / max(float(weight.sum()), 1.0)
    hour = (np.arange(interval_count(ends_s)) * INTERVAL_S // HOUR_S).astype(np.int64)
    return [round(float(value), 1) for value in mean[np.minimum(hour, len(mean) - 1)]]


def _by_hour(rows: pd.DataFrame, thing: str, things: int, ends_s: float) -> Floats:
    """Return PM2.5 of each thing in each hour that begins before a second, shape (things, hours)."""
    begins_s = rows["begins_s"].to_numpy(np.float64)
    hour = np.floor(begins_s / HOUR_S).astype(np.int64)
    kept = (begins_s >= 0) & (begins_s < ends_s)
    found = np.zeros((things, max(int(hour[kept].max(initial=0)) + 1, 1)))
    found[rows[thing].to_numpy()[kept], hour[kept]] = rows["pm25"].to_numpy(np.float64)[kept]
    return found


def _units(metres: NDArray[Any]) -> NDArray[np.int64]:
    return np.rint(np.asarray(metres, np.float64) * UNITS_PER_M).astype(np.int64)


def _whole(values: Floats) -> NDArray[np.int64]:
    return np.rint(values).astype(np.int64)


def _text(names: pd.Series[Any]) -> str:
    return "\n".join(str(name).replace("\n", " ") for name in names)


def _cells(cells: pd.DataFrame, field: Floats) -> Columns:
    xy = cells[["x_m", "y_m"]].to_numpy(np.float64)
    steps = np.concatenate([np.diff(np.unique(xy[:, axis])) for axis in (0, 1)])
    side_m = float(steps.min()) if len(steps) else _ONE_CELL_M
    return {
        "airX": _units(xy[:, 0]), "airY": _units(xy[:, 1]), "airSide": _units(np.array([side_m])),
        "airResidents": _whole(cells["residents"].to_numpy(np.float64)), "airValue": Running(_whole(field).ravel()),
    }  # fmt: skip


def _stations(events: Mapping[str, pd.DataFrame], roads: RoadGraph, ends_s: float) -> Columns:
    told = events["air.stations"]
    xy = roads.to_plane_m(told["lon"].to_numpy(), told["lat"].to_numpy())
    values = _by_hour(events["air.station_hours"], "station", len(told), ends_s)
    return {
        "airStationX": _units(xy[:, 0]), "airStationY": _units(xy[:, 1]), "airStationNames": _text(told["name"]),
        "airStationValue": Running(_whole(values).ravel()),
    }  # fmt: skip


def _plants(events: Mapping[str, pd.DataFrame]) -> Columns:
    plants, totals = events["air.plants"], events["air.plant_totals"]
    gave = events["air.plant_stations"].pivot_table("pm25", "plant", "station").to_numpy(np.float64)
    gave = gave.reshape(len(plants), -1)
    visits = events["air.inspections"]
    found = visits[visits["found"].to_numpy(np.bool_)].groupby("plant")["at_s"].min()
    kinds = plants["kind"].astype(object)
    return {
        "plantX": _units(plants["x_m"].to_numpy()), "plantY": _units(plants["y_m"].to_numpy()),
        "plantKind": np.array([PLANT_KINDS.index(kind) for kind in kinds], np.int64),
        "plantNames": _text(plants["name"]), "plantStack": _whole(plants["stack_m"].to_numpy(np.float64)),
        "plantOrdinary": _whole(totals["ordinary_gps"].to_numpy(np.float64) * _PARTS),
        "plantEmitted": _whole(totals["emitted_gps"].to_numpy(np.float64) * _PARTS),
        "plantCut": _whole(totals["cut_h"].to_numpy(np.float64)),
        "plantLost": _whole(totals["lost_yuan"].to_numpy(np.float64) / _PARTS),
        "plantMost": gave.argmax(axis=1), "plantGave": _whole(gave.max(axis=1) * _PARTS),
        "plantVisits": np.bincount(visits["plant"].to_numpy(), minlength=len(plants)),
        "plantFound": _whole(found.reindex(range(len(plants))).fillna(-1.0).to_numpy(np.float64)) + 1,
    }  # fmt: skip
