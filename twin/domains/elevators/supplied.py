"""A user's own table of elevators, CSV or Parquet, in place of those that are drawn.

Everything wrong with it is told at once, each with line, column and remedy. A column whose name begins with ``_`` is a
remark. What a row leaves empty is drawn, or follows from the parameters, as for elevators that are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.city.supplied_places import TOO_FAR, check_places
from twin.core.domain import Supply
from twin.core.errors import TwinError
from twin.core.supplied.columns import LAT, LON, Column, Pairs, markdown, maybe, needed
from twin.core.supplied.reading import Problems, Raw, TableError
from twin.core.supplied.table import open_table, read_columns
from twin.domains.elevators.fleet import FEWEST_FLOORS, MOST_FLOORS, Draw, firms, with_draws
from twin.domains.elevators.parameters import USES, ElevatorParameters

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.map import CityMap

__all__ = ["COLUMNS", "SuppliedFleet", "TableError", "columns_as_markdown", "fleet_of", "read_fleet", "supply"]

OLDEST_YEARS: Final = 100
WIDEST_BUILDING_M: Final = 1_000.0
"""Elevators of one building lie no farther from the first of it."""
COLUMNS: Final[tuple[Column, ...]] = (
    needed("name", "text", "", "The number on its plate, or another name by which results know it", unique=True),
    LON,
    LAT,
    needed("use", "word", "", "What its building is for", words=USES),
    maybe("age_years", "number", "years", "", "Years since installation when the run begins", low=0, high=OLDEST_YEARS),
    maybe("installed_year", "whole", "", "", "Year of installation, taken as its middle", low=1900, high=2200),
    maybe("modernised", "yes_no", "", "drawn", "Whether it ages anew from modernised_at_years on"),
    maybe("floors", "whole", "floors", "drawn", "Floors that it serves", low=FEWEST_FLOORS, high=MOST_FLOORS),
    maybe("starts_a_day", "number", "starts", "drawn", "How busy it is", low=1, high=20_000),
    maybe("building", "text", "", "one for each row", "Elevators of one building are visited together"),
    maybe("firm", "text", "", "drawn", "The maintenance firm that has its contract"),
    maybe("rescue_device", "yes_no", "", "drawn", "Whether it lands and opens when power fails"),
    maybe("backup_power", "yes_no", "", "drawn", "Whether it runs on a second supply when power fails"),
    maybe("connected", "yes_no", "", "drawn", "Whether its alarm reaches the city, whatever the share connected"),
    maybe("telemetry", "yes_no", "", "drawn", "Whether it tells its condition, whatever the share that does"),
)  # fmt: skip
PAIRS: Final[Pairs] = (("age_years", "installed_year"),)
ALWAYS, NEVER = -1.0, 1.0
"""In place of a draw in [0, 1), which is held against a share."""


def columns_as_markdown() -> str:
    """Return the reference table of the columns as Markdown."""
    return markdown(COLUMNS, PAIRS, {})


@dataclass(frozen=True, eq=False)
class SuppliedFleet:
    """A table of elevators as it was read and found right.

    Attributes
    ----------
    cells
        Values by column of `COLUMNS`.
    missing
        Which cells are empty, by column.
    node
        The road node nearest to each, shape (n,).
    age_years
        When the run begins, shape (n,).
    """

    cells: dict[str, pd.Series]
    missing: dict[str, NDArray[np.bool_]]
    node: NDArray[np.int32]
    age_years: NDArray[np.float64]


def supply(section: ElevatorParameters, folder: Path, city_map: CityMap, start: datetime) -> Supply:
    """Read the table that a scenario names; see `twin.core.domain.SupplyFunction`."""
    path = section.tables.fleet
    return Supply(city_map, tables=None if path is None else read_fleet(folder / path, city_map, start))


def read_fleet(path: Path, city_map: CityMap, start: datetime) -> SuppliedFleet:
    """Read and check a table of elevators.

    Raises
    ------
    TableError
        With all problems found.
    """
    raw, problems = open_table(path, COLUMNS, PAIRS)
    values, missing = read_columns(COLUMNS, PAIRS, {}, raw, problems)
    node = np.empty(0, np.int32)
    if {"lon", "lat"} <= values.keys():
        node = check_places(raw, values["lon"].to_numpy(), values["lat"].to_numpy(), city_map.roads, problems)
    if "building" in values:
        _check_buildings(raw, values, missing, city_map.roads, node, problems)
    age_years = _ages(raw, values, missing, start, problems)
    problems.stop_if_any()
    return SuppliedFleet(values, missing, node, age_years)


def _check_buildings(
    raw: Raw,
    values: dict[str, pd.Series],
    missing: dict[str, NDArray[np.bool_]],
    roads: RoadGraph,
    node: NDArray[np.int32],
    problems: Problems,
) -> None:
    """Find elevators that lie far from the first of their building."""
    if len(node) == 0:
        return
    building = values["building"].to_numpy(dtype=object)
    first = pd.Series(np.arange(raw.count)).groupby(building).transform("first").to_numpy()
    xy_m = roads.to_plane_m(values["lon"].to_numpy(np.float64), values["lat"].to_numpy(np.float64))
    apart_m = np.hypot(*(xy_m - xy_m[first]).T)
    far = ~missing["building"] & (node != TOO_FAR) & (node[first] != TOO_FAR) & (apart_m > WIDEST_BUILDING_M)
    for row, where in problems.rows(raw, far, "building"):
        problems.add(
            TwinError(
                "{where}: lies {km:.1f} km from the elevator in {first}, which is in the same building; correct the "
                "place, or give the building another name",
                where=where, km=apart_m[row] / 1000, first=raw.place(int(first[row])),
            )
        )  # fmt: skip


def _ages(
    raw: Raw, values: dict[str, pd.Series], missing: dict[str, NDArray[np.bool_]], start: datetime, problems: Problems
) -> NDArray[np.float64]:
    """Return the ages that rows tell in one way or the other; nobody is installed after the run begins."""
    year = values["installed_year"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    late = ~missing["installed_year"] & (year > start.year)
    for row, where in problems.rows(raw, late, "installed_year"):
        problems.add(
            TwinError(
                "{where}: {year:g} is after the run begins, in {start}; leave the elevator out, or let the run begin "
                "later",
                where=where, year=float(year[row]), start=start.year,
            )
        )  # fmt: skip
    now = start.year + (start.timetuple().tm_yday - 1) / 365.25
    since = np.clip(now - (year + 0.5), 0.0, OLDEST_YEARS)
    return np.where(missing["age_years"], since, values["age_years"].to_numpy(np.float64))


def fleet_of(supplied: SuppliedFleet, draw: Draw, city: City, parameters: ElevatorParameters) -> pd.DataFrame:
    """Make the fleet, with the columns of `twin.domains.elevators.fleet.draw_fleet` and ``name``."""
    cells, missing = supplied.cells, supplied.missing
    count = len(cells["name"])
    building = _codes(cells["building"], missing["building"])
    buildings = int(building.max()) + 1
    backup = draw("backup_power").random(buildings)[building] < parameters.backup_power_share
    lands = draw("rescue_device").random(count) < parameters.rescue_device_share
    fleet = pd.DataFrame(
        {
            "building": building,
            "lon": cells["lon"].to_numpy(np.float64),
            "lat": cells["lat"].to_numpy(np.float64),
            "node": supplied.node,
            "district": city.roads.node_district[supplied.node].astype(np.int8),
            "use": cells["use"].cat.codes.to_numpy().astype(np.int8),
            "floors": _floors(supplied, draw, parameters),
            "age_years": supplied.age_years.astype(np.float32),
            "firm": _firms(cells["firm"], missing["firm"], draw, parameters),
            "backup_power": _yes(supplied, "backup_power", backup),
            "round_draw": draw("round").random(buildings, np.float32)[building],
            "starts_a_day": _starts(supplied, draw, parameters),
            "rescue_device": _yes(supplied, "rescue_device", lands),
        }
    )
    with_draws(draw, fleet, parameters)
    for column, told in (("alarm", "connected"), ("telemetry", "telemetry"), ("renewed", "modernised")):
        known = np.where(_yes(supplied, told, np.zeros(count, np.bool_)), ALWAYS, NEVER)
        fleet[f"{column}_draw"] = np.where(missing[told], fleet[f"{column}_draw"], known).astype(np.float32)
    fleet["name"] = cells["name"].to_numpy(dtype=object)
    return fleet


def _floors(supplied: SuppliedFleet, draw: Draw, parameters: ElevatorParameters) -> NDArray[np.int16]:
    use = supplied.cells["use"].cat.codes.to_numpy()
    normal = draw("floors").standard_normal(len(use))
    of_use = np.array([getattr(parameters.floors, name).of(normal) for name in USES])
    drawn = np.clip(np.rint(of_use[use, np.arange(len(use))]), FEWEST_FLOORS, MOST_FLOORS)
    told = supplied.cells["floors"].astype("Int64").fillna(0).to_numpy(np.int64)
    return np.where(supplied.missing["floors"], drawn, told).astype(np.int16)


def _starts(supplied: SuppliedFleet, draw: Draw, parameters: ElevatorParameters) -> NDArray[np.float32]:
    use = supplied.cells["use"].cat.codes.to_numpy()
    median = np.array([getattr(parameters.starts_a_day, name) for name in USES])[use]
    drawn = median * np.exp(parameters.starts_sigma * draw("starts").standard_normal(len(use)))
    told = supplied.cells["starts_a_day"].to_numpy(np.float64)
    return np.where(supplied.missing["starts_a_day"], drawn, told).astype(np.float32)


def _codes(texts: pd.Series, missing: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return numbers of texts in the order in which they appear; each that is missing has a number of its own."""
    keys = [f"{row}\0" if none else str(text) for row, (text, none) in enumerate(zip(texts, missing, strict=True))]
    return np.asarray(pd.factorize(pd.Series(keys, dtype=object))[0], np.int32)


def _firms(
    texts: pd.Series, missing: NDArray[np.bool_], draw: Draw, parameters: ElevatorParameters
) -> NDArray[np.int32]:
    """Return numbers of firms, those that the table names after those that are drawn."""
    named = np.asarray(pd.factorize(texts)[0], np.int64)
    return np.where(missing, firms(draw("firm"), parameters, len(texts)), parameters.firms + named).astype(np.int32)


def _yes(supplied: SuppliedFleet, column: str, drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    told = supplied.cells[column].fillna(False).to_numpy(np.bool_)
    return np.where(supplied.missing[column], drawn, told)
