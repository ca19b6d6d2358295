"""Imports a SUMO network, and trips on it where they are given: a map, and a table of trips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES
from twin.city.importing.flow_map import ROAD_CLASS, FlowMapOptions, PlacedNetwork, import_flows
from twin.city.importing.flow_summary import FlowSummary
from twin.city.importing.sumo_read import SumoNetwork, read_sumo_network
from twin.city.importing.sumo_trips import read_sumo_trips
from twin.city.importing.tntp import around
from twin.core.errors import MapError


def import_sumo(
    net: Path, target: Path, options: FlowMapOptions | None = None, trips: Sequence[Path] = ()
) -> FlowSummary:
    """Make a map, and a table of trips where files of them are given.

    Parameters
    ----------
    net
        ``.net.xml``, also packed with gzip.
    target
        Folder that gets ``map/`` and ``trips.parquet``.
    trips
        ``.trips.xml`` or ``.rou.xml``, also packed; types and routes before what uses them.

    Raises
    ------
    MapError
        Naming the file and line of what is wrong; then nothing is written.

    Examples
    --------
    >>> import_sumo(Path("town.net.xml"), Path("town"), trips=[Path("town.rou.xml")])     # doctest: +SKIP
    """
    options, counts = options or FlowMapOptions(), Counter[str]()
    options.check()
    read = read_sumo_network(net, counts)
    listed = read_sumo_trips(trips, read, counts) if trips else None
    x, y = read.roads.node_x, read.roads.node_y
    assert x is not None
    assert y is not None
    shapes = np.concatenate(read.shape)
    all_lon, all_lat = _to_degrees(read, np.append(x, shapes[:, 0]), np.append(y, shapes[:, 1]), options.at)
    nodes = read.roads.node_count
    lines = np.column_stack([all_lon[nodes:], all_lat[nodes:]])
    counts["plane"] = int(not read.projection)
    road_class = _classes(read, counts)
    placed = PlacedNetwork(
        files=(net, *trips),
        program="SUMO",
        network=read.roads,
        lon=all_lon[:nodes],
        lat=all_lat[:nodes],
        road_class=road_class,
        street=read.street,
        shape=np.split(lines, np.cumsum([len(line) for line in read.shape])[:-1]),
    )
    return import_flows(placed, listed, target, options, counts)


def _to_degrees(
    read: SumoNetwork, x: NDArray[np.float64], y: NDArray[np.float64], at: tuple[float, float] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes of points, by the network's projection or around a place."""
    if not read.projection:
        if at is None:
            raise MapError(
                "{path}: its coordinates are a plane's without a place on Earth (projParameter is '!'); say with --at "
                "where its middle lies",
                path=str(read.path),
            )
        return around(x, y, at)
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        source = CRS.from_user_input(read.projection)
    except CRSError as error:
        raise MapError(
            "{path}: its projection {projection!r} cannot be read ({problem}); write the network again with netconvert",
            path=str(read.path),
            projection=read.projection,
            problem=str(error).splitlines()[0],
        ) from None
    transformer = Transformer.from_crs(source, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(x - read.offset[0], y - read.offset[1])
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _classes(read: SumoNetwork, counts: Counter[str]) -> NDArray[np.uint8]:
    """Return the class of each road by SUMO's type of it, which netconvert makes of OpenStreetMap's."""
    known = {name: code for code, name in enumerate(ROAD_CLASSES)}
    words = [one.removeprefix("highway.") for one in read.road_class]
    counts["classes"] = sum(word not in known for word in words)
    return np.array([known.get(word, ROAD_CLASS) for word in words], dtype=np.uint8)
