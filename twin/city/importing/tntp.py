"""Imports a folder in the format TNTP: a map, and trips drawn evenly from its matrix."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import FlowNetwork, OdMatrix, TripList
from twin.city.graph import EARTH_RADIUS_M
from twin.city.importing.flow_map import CONNECTOR_CLASS, ROAD_CLASS, FlowMapOptions, PlacedNetwork, import_flows
from twin.city.importing.flow_summary import FlowSummary
from twin.city.importing.plain_graph import straight_m
from twin.city.importing.tntp_read import TntpUnits, read_tntp_network
from twin.city.importing.tntp_trips import read_tntp_trips
from twin.core.clock import HOUR_S
from twin.core.errors import MapError

GOLDEN: Final = (5**0.5 - 1) / 2
"""Multiples of it, taken modulo 1, fill an interval more evenly than any other number's."""
MOST_OFF: Final = 5.0
"""Lengths that differ from the straight lines by more than this factor stand in other units than was said."""


def import_tntp(
    folder: Path,
    target: Path,
    options: FlowMapOptions | None = None,
    units: TntpUnits | None = None,
    unit_m: float = 1.0,
) -> FlowSummary:
    """Make a map, and a table of trips where the folder has a matrix.

    Parameters
    ----------
    folder
        Holds one ``*_net.tntp`` and one ``*_node.tntp``, and at most one ``*_trips.tntp``.
    target
        Folder that gets ``map/`` and ``trips.parquet``.
    units
        Of length, time and the matrix's period.
    unit_m
        Metres of one unit of x and y, where ``options.at`` says that they are a plane's.

    Raises
    ------
    MapError
        Naming the file and line of what is wrong; then nothing is written.

    Examples
    --------
    >>> import_tntp(Path("SiouxFalls"), Path("sioux_falls"), FlowMapOptions(title="Sioux Falls"))     # doctest: +SKIP
    """
    options, units, counts = options or FlowMapOptions(), units or TntpUnits(), Counter[str]()
    options.check()
    units.check()
    if not 0 < unit_m < np.inf:
        raise MapError("--{option} is {value:g}; it must be greater than 0", option="unit-m", value=unit_m)
    net, nodes, trips = _find(folder)
    network = read_tntp_network(net, nodes, units)
    lon, lat = _places(network, nodes, options.at, unit_m)
    _check_scale(nodes, network, lon, lat)
    matrix = None if trips is None else read_tntp_trips(trips, period_h=units.period_h)
    counts["plane"] = int(options.at is not None)
    counts["zones"] = network.first_through_node
    counts["delay_functions"] = 0 if network.delay is None else int((network.delay.b > 0).sum())
    counts["departures"] = int(matrix is not None)
    zone_link = np.minimum(network.link_from, network.link_to) < network.first_through_node
    road_class = np.where(zone_link, CONNECTOR_CLASS, ROAD_CLASS).astype(np.uint8)
    files = (net, nodes) if trips is None else (net, nodes, trips)
    placed = PlacedNetwork(files, "TNTP", network, lon, lat, road_class)
    return import_flows(placed, None if matrix is None else single_trips(matrix), target, options, counts)


def _find(folder: Path) -> tuple[Path, Path, Path | None]:
    """Return the files of the network, its nodes and its trips."""
    if not folder.is_dir():
        raise MapError("{path}: there is no such folder; give one with files in the format TNTP", path=str(folder))
    found: dict[str, Path | None] = {}
    for kind, ends in (("net", ("_net.tntp",)), ("node", ("_node.tntp", "_nodes.tntp")), ("trips", ("_trips.tntp",))):
        paths = [path for path in sorted(folder.iterdir()) if path.name.lower().endswith(ends)]
        if len(paths) > 1:
            raise MapError(
                "{path}: holds several files of one kind: {files}; give a folder in which there is one",
                path=str(folder),
                files=", ".join(path.name for path in paths),
            )
        found[kind] = paths[0] if paths else None
    net, nodes = found["net"], found["node"]
    if net is None:
        raise MapError("{path}: holds no network; its name must end in _net.tntp", path=str(folder))
    if nodes is None:
        raise MapError(
            "{path}: holds no places of the nodes, which a map needs; write them into {name}: a line 'Node X Y ;', "
            "then number, longitude and latitude of each",
            path=str(folder),
            name=net.name[: -len("_net.tntp")] + "_node.tntp",
        )
    return net, nodes, found["trips"]


def _places(
    network: FlowNetwork, nodes: Path, at: tuple[float, float] | None, unit_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes: x and y themselves, or a plane's around a place."""
    assert network.node_x is not None
    assert network.node_y is not None
    x, y = network.node_x, network.node_y
    if at is not None:
        return around(x * unit_m, y * unit_m, at)
    wrong = np.flatnonzero((np.abs(x) > 180) | (np.abs(y) > 85))
    if len(wrong):
        raise MapError(
            "{path}: {x:g}, {y:g} of node {node} is no longitude and latitude; say with --at where a network in plane "
            "coordinates lies, and with --unit-m how many metres their unit has",
            path=str(nodes),
            x=float(x[wrong[0]]),
            y=float(y[wrong[0]]),
            node=network.node_name[wrong[0]],
        )
    return x, y


def around(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], at: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lay a plane's places in metres around a longitude and latitude, the middle of their bounds."""
    lon0, lat0 = at
    middle_x, middle_y = (float(axis.min() + axis.max()) / 2 for axis in (x_m, y_m))
    degree_m = np.radians(1.0) * EARTH_RADIUS_M
    return lon0 + (x_m - middle_x) / (degree_m * np.cos(np.radians(lat0))), lat0 + (y_m - middle_y) / degree_m


def _check_scale(nodes: Path, network: FlowNetwork, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
    """Refuse units in which the links are far longer or shorter than the straight lines between their ends."""
    straight = straight_m(lon, lat, network.link_from, network.link_to)
    known = (network.length_m > 0) & (straight > 0)
    if not known.any():
        return
    ratio = float(np.median(network.length_m[known] / straight[known]))
    if not 1 / MOST_OFF <= ratio <= MOST_OFF:
        raise MapError(
            "{path}: the links are, in the median, {ratio:.3g} times as long as the straight line between their ends; "
            "say with --length-m how many metres a unit of length has, or with --at and --unit-m that x and y are a "
            "plane's",
            path=str(nodes),
            ratio=ratio,
        )


def single_trips(matrix: OdMatrix) -> TripList:
    """Return whole trips that depart evenly over the matrix's period.

    Every pair gets its number of trips rounded up or down, so that after any number of pairs the whole trips are those
    of the matrix to within a half; nothing is left to chance.
    """
    before = np.concatenate([[0.0], np.cumsum(matrix.trips)])
    count = np.diff(np.floor(before + 0.5)).astype(np.int64)
    number = np.arange(int(count.sum()))
    depart_s = (number * GOLDEN) % 1.0 * matrix.period_h * HOUR_S
    order = np.argsort(depart_s, kind="stable")
    return TripList(
        name=tuple(map(str, number.tolist())),
        depart_s=np.round(depart_s[order], 3),
        origin=np.repeat(matrix.origin, count)[order],
        destination=np.repeat(matrix.destination, count)[order],
        route=np.zeros(0, np.int32),
        route_start=np.zeros(len(number) + 1, np.int64),
    )
