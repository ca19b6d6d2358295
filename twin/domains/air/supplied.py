"""A user's own enterprises (CSV or Parquet), his own weather (EPW), and days from which warnings are learned.

Everything wrong with a table is told at once, each with line, column and remedy. A column whose name begins with ``_``
is a remark. What a row leaves empty follows from its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.atmosphere.daily_record import DailyRecord
from twin.atmosphere.epw import read_epw
from twin.atmosphere.weather import Weather
from twin.city.supplied_places import check_places
from twin.core.domain import Supply
from twin.core.errors import TwinError
from twin.core.supplied.columns import LAT, LON, Column, markdown, maybe, needed
from twin.core.supplied.reading import Problems, Raw, TableError
from twin.core.supplied.table import open_table, read_columns
from twin.domains.air.kinds import PLANT_KINDS, SPECIES
from twin.domains.air.learned import read_days
from twin.domains.air.parameters import AirParameters
from twin.domains.air.sources import GRAMS_A_TONNE, SECONDS_A_YEAR, Sources

if TYPE_CHECKING:
    from twin.city.map import CityMap

__all__ = ["COLUMNS", "SuppliedAir", "TableError", "columns_as_markdown", "read_inventory", "supply"]

MOST_T: Final = 1e6
COLUMNS: Final[tuple[Column, ...]] = (
    needed("name", "text", "", "What results call the enterprise", unique=True),
    LON,
    LAT,
    needed("kind", "word", "", "What it is: its hours, its plan under a warning", words=PLANT_KINDS),
    maybe("stack_m", "number", "m", "by kind", "Height of its stack", low=1, high=500),
    maybe("diameter_m", "number", "m", "by kind", "Inner width of the stack's mouth", low=0.05, high=20),
    maybe("exit_c", "number", "°C", "by kind", "Temperature of what leaves it", low=-20, high=600),
    maybe("exit_mps", "number", "m/s", "by kind", "Speed of what leaves it", low=0, high=60),
    needed("pm25_t", "number", "t a year", "Fine particles", low=0, high=MOST_T),
    maybe("coarse_t", "number", "t a year", "0", "PM10 less PM2.5", fill=0.0, low=0, high=MOST_T),
    maybe("so2_t", "number", "t a year", "0", "Sulphur dioxide", fill=0.0, low=0, high=MOST_T),
    maybe("nox_t", "number", "t a year", "0", "Nitrogen oxides, as NO2", fill=0.0, low=0, high=MOST_T),
    maybe("voc_t", "number", "t a year", "0", "Organic vapours", fill=0.0, low=0, high=MOST_T),
    maybe("hour_yuan", "number", "yuan", "by kind", "What an hour of standing still costs", low=0, high=1e8),
)
BY_KIND: Final = ("stack_m", "diameter_m", "exit_c", "exit_mps", "hour_yuan")


def columns_as_markdown() -> str:
    """Return the reference table of the columns as Markdown."""
    return markdown(COLUMNS, (), {})


@dataclass(frozen=True, eq=False)
class SuppliedAir:
    """What a user has given.

    Attributes
    ----------
    plants
        Enterprises in place of drawn ones, or None.
    weather
        A typical year in place of a drawn one, or None.
    days
        Days before the run from which warnings are learned, or None.
    """

    plants: Sources | None = None
    weather: Weather | None = None
    days: DailyRecord | None = None


def supply(section: AirParameters, folder: Path, city_map: CityMap, start: datetime) -> Supply:
    """Read the files that a scenario names; see `twin.core.domain.SupplyFunction`."""
    tables = section.tables
    plants = None if tables.inventory is None else read_inventory(folder / tables.inventory, city_map, section)
    weather = None if tables.weather is None else read_epw(folder / tables.weather).weather
    days = None if tables.days is None else read_days(folder / tables.days, start, section)
    return Supply(city_map, tables=SuppliedAir(plants, weather, days))


def read_inventory(path: Path, city_map: CityMap, parameters: AirParameters) -> Sources:
    """Read and check a table of enterprises.

    Raises
    ------
    TableError
        With all problems found.
    """
    raw, problems = open_table(path, COLUMNS, ())
    values, missing = read_columns(COLUMNS, (), {}, raw, problems)
    if {"lon", "lat"} <= values.keys():
        check_places(raw, values["lon"].to_numpy(), values["lat"].to_numpy(), city_map.roads, problems)
    _check_order(raw, values, problems)
    problems.stop_if_any()
    return _sources(values, missing, city_map, parameters)


def _check_order(raw: Raw, values: dict[str, pd.Series], problems: Problems) -> None:
    """Find a table in which nobody emits anything: its columns hold something else."""
    emitted = [values[f"{name}_t"].to_numpy(np.float64) for name in SPECIES if f"{name}_t" in values]
    if raw.count and emitted and not np.nan_to_num(np.array(emitted)).any():
        problems.add(
            TwinError(
                "{path}: no enterprise emits anything; fill pm25_t and the other columns in tonnes a year",
                path=str(problems.path),
            )
        )


def _sources(
    values: dict[str, pd.Series], missing: dict[str, NDArray[np.bool_]], city_map: CityMap, parameters: AirParameters
) -> Sources:
    """Return the enterprises in the order of their kinds; what is missing is their kind's."""
    kind = values["kind"].cat.codes.to_numpy().astype(np.int8)
    order = np.argsort(kind, kind="stable")
    given = [getattr(parameters.plant_kinds, name) for name in PLANT_KINDS]

    def of(name: str) -> NDArray[np.float64]:
        usual = np.array([getattr(one, name) for one in given], np.float64)[kind]
        return np.where(missing[name], usual, values[name].to_numpy(np.float64))[order]

    lon, lat = values["lon"].to_numpy(np.float64), values["lat"].to_numpy(np.float64)
    xy_m = city_map.roads.to_plane_m(lon, lat)[order]
    tonnes = np.column_stack([values[f"{name}_t"].to_numpy(np.float64) for name in SPECIES])[order]
    columns = {name: of(name) for name in BY_KIND}
    still = np.zeros(len(kind))
    return Sources(
        kind=kind[order], x_m=xy_m[:, 0], y_m=xy_m[:, 1], stack_m=columns["stack_m"],
        diameter_m=columns["diameter_m"], exit_c=columns["exit_c"], exit_mps=columns["exit_mps"], spread_y_m=still,
        spread_z_m=still, gps=tonnes * GRAMS_A_TONNE / SECONDS_A_YEAR, hour_yuan=columns["hour_yuan"],
        name=values["name"].to_numpy(dtype=object)[order],
    )  # fmt: skip
