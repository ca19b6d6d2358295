"""A user's own table of parking lots, CSV or Parquet, in place of those that are drawn.

Everything wrong with it is told at once, each with line, column and remedy. A column whose name begins with ``_`` is a
remark. What a row leaves empty is filled by the tariff and the parameters as for lots that are drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.city.supplied_places import check_places
from twin.core.errors import TwinError
from twin.core.supplied.columns import LAT, LON, Column, markdown, maybe, needed
from twin.core.supplied.reading import Problems, Raw, TableError
from twin.core.supplied.table import open_table, read_columns
from twin.domains.traffic.land_use import LandUse
from twin.domains.traffic.lots import local_edge, with_attributes
from twin.domains.traffic.parameters import LOT_KINDS, STRUCTURES, TrafficParameters
from twin.domains.traffic.tariff import FEN

if TYPE_CHECKING:
    from twin.city.city import City

__all__ = ["COLUMNS", "SuppliedLots", "TableError", "columns_as_markdown", "lots_of", "read_lots"]

MOST_YUAN: Final = 10_000


def _price(name: str, text: str) -> Column:
    return maybe(name, "number", "yuan", "by the tariff", text, low=0, high=MOST_YUAN)


COLUMNS: Final[tuple[Column, ...]] = (
    needed("name", "text", "", "Name by which results know it", unique=True),
    LON,
    LAT,
    needed("kind", "word", "", "What it belongs to", words=LOT_KINDS),
    needed("spaces", "whole", "spaces", "How many cars it holds", low=1, high=1_000_000),
    maybe(
        "structure", "word", "", "roadside at the kerb, else surface", "Where it is, by which the tariff goes",
        words=STRUCTURES,
    ),
    maybe("zone", "whole", "", "by the distance from the middle", "Zone of the tariff", low=1, high=3),
    _price("first_yuan", "First hour begun between 07 and 21 h"),
    _price("second_yuan", "Each of hours 2 and 3"),
    _price("later_yuan", "Each later hour"),
    _price("night_yuan", "A night that is touched"),
    _price("visit_yuan", "The whole daytime of a stay, in place of the hours where it is above 0"),
    maybe("opens_h", "number", "h", "by kind", "Local hour from which it lets cars in", low=0, high=24),
    maybe("closes_h", "number", "h", "by kind", "Local hour until which it lets cars in", low=0, high=24),
    maybe("recognition", "yes_no", "", "drawn", "Whether its barrier reads number plates"),
    maybe("barrier_s", "number", "s", "by recognition", "Service time of its barrier", low=0, high=600),
    maybe("entrances", "whole", "lanes", "by its size", "Lanes that lead in", low=0, high=100),
    maybe("connectable", "yes_no", "", "by kind", "Whether the app can hold it"),
    maybe("app_draw", "number", "", "drawn", "It is in the app where the share connected is above this", low=0, high=1),
)  # fmt: skip
PRICE_COLUMNS: Final = ("first", "second", "later", "night", "visit")
KERB: Final = "roadside"


def columns_as_markdown() -> str:
    """Return the reference table of the columns as Markdown."""
    return markdown(COLUMNS, (), {})


@dataclass(frozen=True, eq=False)
class SuppliedLots:
    """A table of lots as it was read and found right.

    Attributes
    ----------
    cells
        Values by column of `COLUMNS`.
    missing
        Which cells are empty, by column.
    """

    cells: dict[str, pd.Series]
    missing: dict[str, NDArray[np.bool_]]


def read_lots(path: Path, roads: RoadGraph, parameters: TrafficParameters) -> SuppliedLots:
    """Read and check a table of lots.

    Raises
    ------
    TableError
        With all problems found.
    """
    raw, problems = open_table(path, COLUMNS, ())
    values, missing = read_columns(COLUMNS, (), {}, raw, problems)
    if {"lon", "lat"} <= values.keys():
        check_places(raw, values["lon"].to_numpy(), values["lat"].to_numpy(), roads, problems)
    _check_rows(raw, values, missing, parameters, problems)
    problems.stop_if_any()
    return SuppliedLots(values, missing)


def _check_rows(
    raw: Raw,
    values: dict[str, pd.Series],
    missing: dict[str, NDArray[np.bool_]],
    parameters: TrafficParameters,
    problems: Problems,
) -> None:
    """Find rows whose cells, each right alone, do not fit together."""
    if "kind" not in values:
        return
    code = values["kind"].cat.codes.to_numpy()
    kerb = code == LOT_KINDS.index(KERB)
    known = ~(missing["kind"] | missing["structure"])
    at_kerb = values["structure"].cat.codes.to_numpy() == STRUCTURES.index(KERB)
    for _, where in problems.rows(raw, known & (kerb != at_kerb), "structure"):
        problems.add(
            TwinError(
                "{where}: the structure roadside belongs to the kind roadside, and to it alone; correct one of the two",
                where=where,
            )
        )
    opens, closes = _hours(values, missing, code, parameters)
    for row, where in problems.rows(raw, ~missing["kind"] & ~(opens < closes), "closes_h"):
        problems.add(
            TwinError(
                "{where}: open from {opens:g} until {closes:g} h; it must close after it opens (0 and 24: always open)",
                where=where, opens=float(opens[row]), closes=float(closes[row]),
            )
        )  # fmt: skip


def _hours(
    values: dict[str, pd.Series],
    missing: dict[str, NDArray[np.bool_]],
    code: NDArray[np.integer],
    parameters: TrafficParameters,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when lots open and close, by kind where the table does not say, shapes (k,)."""
    by_kind = np.array([(0.0, 24.0), *parameters.opening_h.model_dump().values()])
    opens, closes = (
        np.where(missing[name], by_kind[code, column], values[name].to_numpy(np.float64))
        for column, name in enumerate(("opens_h", "closes_h"))
    )
    return opens, closes


def lots_of(
    supplied: SuppliedLots,
    draw: Callable[[str], np.random.Generator],
    city: City,
    land: LandUse,
    parameters: TrafficParameters,
) -> pd.DataFrame:
    """Make the table of lots, with the columns of `twin.domains.traffic.lots.draw_lots`.

    A lot lies at the place nearest to it; what its row leaves empty is drawn or follows from the parameters.
    """
    values, missing = supplied.cells, supplied.missing
    lots = _places(values, missing, city, land)
    count = len(lots)
    with_attributes(lots, city, land, parameters, zone=_filled(values, missing, "zone", 0).astype(np.int8))
    lots["lon"], lots["lat"] = values["lon"].to_numpy(np.float64), values["lat"].to_numpy(np.float64)
    for name in PRICE_COLUMNS:
        fen = np.rint(FEN * values[f"{name}_yuan"].to_numpy(np.float64))
        lots[f"{name}_fen"] = np.where(missing[f"{name}_yuan"], lots[f"{name}_fen"], fen).astype(np.int32)
    hours = _hours(values, missing, lots["kind"].to_numpy(), parameters)
    lots["opens_h"], lots["closes_h"] = (column.astype(np.float32) for column in hours)
    lots["entrances"] = np.where(
        missing["entrances"], lots["entrances"], _filled(values, missing, "entrances", 0)
    ).astype(np.int16)
    for name in ("barrier_recognised_s", "barrier_ticket_s"):
        told = values["barrier_s"].to_numpy(np.float64)
        lots[name] = np.where(missing["barrier_s"], lots[name], told).astype(np.float32)
    lots["connectable"] = np.where(
        missing["connectable"], lots["connectable"], _filled(values, missing, "connectable", 0) == 1
    )
    drawn = draw("recognition").random(count) < parameters.recognition_share
    drawn |= lots["kind"].to_numpy() == LOT_KINDS.index(KERB)
    lots["recognition"] = np.where(missing["recognition"], drawn, _filled(values, missing, "recognition", 0) == 1)
    app_draw = values["app_draw"].to_numpy(np.float64)
    lots["app_draw"] = np.where(missing["app_draw"], draw("app").random(count, np.float32), app_draw).astype(np.float32)
    return lots


def _places(
    values: dict[str, pd.Series], missing: dict[str, NDArray[np.bool_]], city: City, land: LandUse
) -> pd.DataFrame:
    """Return name, kind, structure, node, edge and spaces of each lot."""
    from scipy.spatial import cKDTree

    points_m = city.roads.to_plane_m(values["lon"].to_numpy(np.float64), values["lat"].to_numpy(np.float64))
    node = land.node[cKDTree(land.xy_m).query(points_m)[1]]
    kind = values["kind"].cat.codes.to_numpy()
    usual = np.where(kind == LOT_KINDS.index(KERB), STRUCTURES.index(KERB), STRUCTURES.index("surface"))
    return pd.DataFrame(
        {
            "name": values["name"].to_numpy(dtype=object),
            "kind": kind.astype(np.int8),
            "structure": np.where(missing["structure"], usual, values["structure"].cat.codes).astype(np.int8),
            "node": node,
            "edge": local_edge(city.roads)[node],
            "spaces": values["spaces"].to_numpy(np.int32),
        }
    )


def _filled(
    values: dict[str, pd.Series], missing: dict[str, NDArray[np.bool_]], name: str, fill: int
) -> NDArray[np.int64]:
    """Return whole or yes-and-no cells as integers, with a value where a cell is empty."""
    return np.asarray(values[name].astype("Int64").fillna(fill).to_numpy(np.int64))
