"""A table of trips that a user supplies in place of what the twin would draw: CSV or Parquet.

What the columns are stands in `twin.domains.traffic.supplied_trip_columns`. Everything wrong with a table is told at
once, each with file, line (row number in Parquet), column and remedy. A column whose name begins with ``_`` is a remark
and is not looked at.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.city.supplied_places import check_places
from twin.core.errors import TwinError
from twin.core.supplied.reading import Problems, Raw
from twin.core.supplied.table import open_table, read_columns
from twin.domains.traffic.supplied_routes import read_routes
from twin.domains.traffic.supplied_trip_columns import COLUMNS, ONE_OF

ENDS: Final = (("from_lon", "from_lat", "from_node"), ("to_lon", "to_lat", "to_node"))
NO_NODE: Final = -1


def read_trips(path: Path, roads: RoadGraph, start: datetime) -> pd.DataFrame:
    """Read and check a table of trips.

    Parameters
    ----------
    roads
        Whose nodes the trips begin and end at.
    start
        Local time of second 0.

    Returns
    -------
    pandas.DataFrame
        In order of departure: ``trip`` (str; the row's number in that order where it has no name), ``depart_s``,
        ``from_node`` and ``to_node`` (int32; the nearest road node where a place is given), ``from_lon``, ``from_lat``,
        ``to_lon`` and ``to_lat`` (of the place, of the node where only that is given), ``purpose`` (categorical),
        ``stay_min`` (NaN where it is to be drawn), ``uses_app`` (boolean, NA where it is to be drawn), ``route``
        (arrays of edges, empty where it has none).

    Raises
    ------
    TableError
        With all problems found.
    """
    raw, problems = open_table(path, COLUMNS, ONE_OF)
    frame = _read_columns(raw, roads, start, problems)
    problems.stop_if_any()
    frame = frame.sort_values("depart_s", kind="stable", ignore_index=True)
    nameless = (frame["trip"] == "").to_numpy()
    frame.loc[nameless, "trip"] = [str(row) for row in np.flatnonzero(nameless)]
    return frame


def _read_columns(raw: Raw, roads: RoadGraph, start: datetime, problems: Problems) -> pd.DataFrame:
    values, missing = read_columns(COLUMNS, ONE_OF, {}, raw, problems)
    for lon, lat, node in ENDS:
        _check_whole_place(raw, lon, lat, missing, problems)
        _fill_end(raw, values, missing, (lon, lat, node), roads, problems)
    _check_leads_somewhere(raw, values, missing, problems)
    origin, destination = (values[name].to_numpy(np.int32) for name in ("from_node", "to_node"))
    routes = read_routes(raw, values["route"], origin, destination, roads, problems)
    values["route"] = pd.Series(routes, dtype=object)
    begin = np.datetime64(start.replace(tzinfo=None), "us")
    since_s = (values.pop("depart_at").to_numpy() - begin) / np.timedelta64(1, "s")
    values["depart_s"] = pd.Series(np.where(missing["depart_s"], since_s, values["depart_s"]))
    return pd.DataFrame(values)


def _check_whole_place(raw: Raw, lon: str, lat: str, missing: dict[str, NDArray[np.bool_]], problems: Problems) -> None:
    """Find rows with a longitude and no latitude, or the other way round."""
    for have, lack in ((lon, lat), (lat, lon)):
        for _, where in problems.rows(raw, ~missing[have] & missing[lack], lack):
            problems.add(
                TwinError(
                    "{where}: {one} has a value, but {other} has none; fill both, or neither",
                    where=where,
                    one=have,
                    other=lack,
                )
            )


def _fill_end(
    raw: Raw,
    values: dict[str, pd.Series],
    missing: dict[str, NDArray[np.bool_]],
    names: tuple[str, str, str],
    roads: RoadGraph,
    problems: Problems,
) -> None:
    """Find the node of each place and the place of each node."""
    lon_name, lat_name, node_name = names
    lon, lat = (values[name].to_numpy(dtype=np.float64, copy=True) for name in (lon_name, lat_name))
    node = values[node_name].to_numpy(dtype=np.int64, na_value=NO_NODE)
    strange = ~missing[node_name] & (node >= roads.node_count)
    for row, where in problems.rows(raw, strange, node_name):
        problems.add(
            TwinError(
                "{where}: {node} is no node of the map; nodes are the rows of its nodes.parquet, 0 to {last}",
                where=where,
                node=int(node[row]),
                last=roads.node_count - 1,
            )
        )
    given = ~missing[node_name] & ~strange
    lon[given], lat[given] = roads.node_lon[node[given]], roads.node_lat[node[given]]
    nearest = check_places(raw, np.where(given, np.nan, lon), lat, roads, problems, lon_name)
    values[lon_name], values[lat_name] = pd.Series(lon), pd.Series(lat)
    values[node_name] = pd.Series(np.where(given, node, nearest).astype(np.int32))


def _check_leads_somewhere(
    raw: Raw, values: dict[str, pd.Series], missing: dict[str, NDArray[np.bool_]], problems: Problems
) -> None:
    """Find trips that end at the node at which they begin; places that share their nearest node are no mistake."""
    given = ~missing["from_node"] & ~missing["to_node"]
    nowhere = given & (values["from_node"] == values["to_node"]).to_numpy()
    for row, where in problems.rows(raw, nowhere, "to_node"):
        problems.add(
            TwinError(
                "{where}: the trip ends at node {node}, where it begins; correct one of the two, or leave the row out",
                where=where,
                node=int(values["to_node"].iloc[row]),
            )
        )
