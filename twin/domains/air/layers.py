"""Air for geographic information systems: PM2.5 on the grid by hour, stations by hour, and the enterprises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.layers import Layer
from twin.charts.section import StoredRun
from twin.city.map import CityMap
from twin.core.clock import DAY_S, HOUR_S
from twin.core.errors import ResultsError
from twin.domains.air.kinds import POLLUTANTS
from twin.domains.air.kpis import counted

_CELL_MEANING: Final = {
    "cell": "number of the cell in the tables air.exposure and air.fields",
    "residents": "residents",
    "pm25": "PM2.5, µg/m³, mean of the counted time",
    "pm25_without": "the same without any measure",
}
_STATION_MEANING: Final = {
    "station": "number of the station in the table air.station_hours",
    "name": "name of the station",
    **{name: f"{name}, µg/m³, mean of the counted time" for name in POLLUTANTS},
    "pm25_without": "PM2.5 without any measure, µg/m³, mean of the counted time",
    "hours_heavy": "hours with PM2.5 over 150 µg/m³, mean of the replications",
}
_PLANT_MEANING: Final = {
    "plant": "number of the enterprise in the table air.plants",
    "name": "name of the enterprise",
    "kind": "kind of enterprise",
    "stack_m": "height of its stack, metres",
    "emitted_gps": "fine particles that it emitted, g/s, mean of the counted time",
    "ordinary_gps": "what it would have emitted without measures, g/s",
    "cut_hours": "hours of full work that it was told to leave out, mean of the replications",
    "lost_yuan": "production that this cost, yuan, mean of the replications",
    "pm25_stations": "PM2.5 that it gave the stations within an hour, µg/m³, mean of stations and of the counted time",
}
_HOUR: Final = "PM2.5 from {hour:02d}:00 to {end:02d}:00, µg/m³, mean of the days"
_HEAVY_UGM3: Final = 150.0


def layers(run: StoredRun, brain: str, hours: Sequence[int]) -> list[Layer]:
    """Return cells, stations and enterprises; see `twin.charts.layers.LayerFunction`."""
    city = run.city
    if city is None:
        raise ResultsError("the map folder of this run is not there any more, or cannot be read; put it back first")
    begins_s = counted(run.events("air.hours", brain, 0, ["begins_s"]), "begins_s", run.clock)["begins_s"].to_numpy()
    lived = np.unique(_hour_of_day(run, begins_s)).tolist()
    for hour in hours:
        if hour not in lived:
            raise ResultsError(
                "hour {hour} was not lived in this run; it has {lived}",
                hour=hour, lived=", ".join(map(str, lived)),
            )  # fmt: skip
    chosen = sorted(set(hours) or set(lived))
    return [_cells(run, brain, city, chosen), _stations(run, brain, chosen), _plants(run, brain, city)]


def _hour_of_day(run: StoredRun, begins_s: NDArray[np.float64]) -> NDArray[np.int64]:
    return ((begins_s + run.clock.second_of_day(0.0)) % DAY_S // HOUR_S).astype(np.int64)


def _by_hour(run: StoredRun, table: str, thing: str, brain: str, hours: list[int]) -> dict[str, NDArray[Any]]:
    """Return the mean of PM2.5 of each thing in some hours of the day over days and replications, by column."""
    parts = [
        counted(run.events(table, brain, day, ["begins_s", thing, "pm25"]), "begins_s", run.clock)
        for day in range(run.replications)
    ]
    rows = pd.concat(parts, ignore_index=True)
    hour = _hour_of_day(run, rows["begins_s"].to_numpy(np.float64))
    mean = rows.assign(hour=hour).pivot_table("pm25", thing, "hour", aggfunc="mean")
    return {f"pm25_h{one:02d}": mean[one].to_numpy(np.float32) for one in hours}


def _hourly_meaning(hours: list[int]) -> dict[str, str]:
    return {f"pm25_h{hour:02d}": _HOUR.format(hour=hour, end=hour + 1) for hour in hours}


def _mean_of(frames: Sequence[pd.DataFrame], column: str) -> NDArray[Any]:
    return np.asarray(np.mean([frame[column].to_numpy(np.float64) for frame in frames], axis=0))


def _cells(run: StoredRun, brain: str, city: CityMap, hours: list[int]) -> Layer:
    import shapely

    each = [run.events("air.exposure", brain, day) for day in range(run.replications)]
    centre = each[0][["x_m", "y_m"]].to_numpy(np.float64)
    lon, lat = city.roads.to_degrees(centre)
    columns: dict[str, NDArray[Any]] = {
        "cell": each[0]["cell"].to_numpy(),
        "residents": each[0]["residents"].to_numpy(),
        "pm25": _mean_of(each, "pm25").astype(np.float32),
        "pm25_without": _mean_of(each, "pm25_without").astype(np.float32),
        **_by_hour(run, "air.fields", "cell", brain, hours),
    }
    points = list(shapely.to_wkb(shapely.points(lon, lat)))
    return Layer("air_cells", "Point", points, columns, _CELL_MEANING | _hourly_meaning(hours))


def _stations(run: StoredRun, brain: str, hours: list[int]) -> Layer:
    import shapely

    told = run.events("air.stations", brain, 0)
    names = [*POLLUTANTS, "pm25_without"]
    days = [
        counted(run.events("air.station_hours", brain, day), "begins_s", run.clock) for day in range(run.replications)
    ]
    each = pd.concat(days, ignore_index=True)
    mean = each.groupby("station")[names].mean()
    heavy = (each["pm25"] > _HEAVY_UGM3).groupby(each["station"]).sum() / run.replications
    columns: dict[str, NDArray[Any]] = {
        "station": told["station"].to_numpy(),
        "name": told["name"].to_numpy(object),
        **{name: mean[name].to_numpy(np.float32) for name in names},
        "hours_heavy": heavy.to_numpy(np.float64),
        **_by_hour(run, "air.station_hours", "station", brain, hours),
    }
    points = list(shapely.to_wkb(shapely.points(told["lon"].to_numpy(), told["lat"].to_numpy())))
    return Layer("air_stations", "Point", points, columns, _STATION_MEANING | _hourly_meaning(hours))


def _plants(run: StoredRun, brain: str, city: CityMap) -> Layer:
    import shapely

    told = run.events("air.plants", brain, 0)
    totals = [run.events("air.plant_totals", brain, day) for day in range(run.replications)]
    gave = [
        run.events("air.plant_stations", brain, day).groupby("plant")[["pm25"]].mean()
        for day in range(run.replications)
    ]
    lon, lat = city.roads.to_degrees(told[["x_m", "y_m"]].to_numpy(np.float64))
    columns: dict[str, NDArray[Any]] = {
        "plant": told["plant"].to_numpy(),
        "name": told["name"].to_numpy(object),
        "kind": told["kind"].astype(object).to_numpy(),
        "stack_m": told["stack_m"].to_numpy(),
        "emitted_gps": _mean_of(totals, "emitted_gps").astype(np.float32),
        "ordinary_gps": _mean_of(totals, "ordinary_gps").astype(np.float32),
        "cut_hours": _mean_of(totals, "cut_h").astype(np.float32),
        "lost_yuan": _mean_of(totals, "lost_yuan"),
        "pm25_stations": _mean_of(gave, "pm25").astype(np.float32),
    }
    points = list(shapely.to_wkb(shapely.points(lon, lat)))
    return Layer("air_plants", "Point", points, columns, _PLANT_MEANING)
