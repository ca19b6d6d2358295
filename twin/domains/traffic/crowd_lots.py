"""Car parks that are opened for a crowd, beside the lots that the city has; where they lie and what they ask: assumed.

They are public lots on the surface, at the points nearest to the place at which there are lots, none of them larger
than `LARGEST`; entrances, hours and prices follow from that as for any other, recognition of plates and whether they
are in the app from the lot beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.traffic.lots import with_attributes
from twin.domains.traffic.parameters import LOT_KINDS, STRUCTURES
from twin.domains.traffic.sample import thinned_lots

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.core.domain import WorldEvent
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.tables import Demand

LARGEST: Final = 500


def with_crowd_lots(
    lots: pd.DataFrame, events: Sequence[WorldEvent], city: City, demand: Demand, network: Network
) -> pd.DataFrame:
    """Return the table of lots with those behind it that are opened for the crowds among these events."""
    off_street = np.flatnonzero(lots["kind"].to_numpy() != LOT_KINDS.index("roadside"))
    opened = []
    for number, event in enumerate(events):
        spaces = int(event.detail("spaces") or 0) if event.kind == "crowd_comes" else 0
        if not spaces or not len(off_street):
            continue
        lon, lat = event.detail("place")
        count = -(-spaces // LARGEST)
        beside = off_street[_nearest(lots["node"].to_numpy()[off_street], lon, lat, city, network, count)]
        made = _lots(lots.iloc[beside], number, spaces, city, demand)
        opened.append(thinned_lots(made, demand.parameters.vehicles_per_agent))
    return pd.concat([lots, *opened], ignore_index=True)[list(lots.columns)] if opened else lots


def _nearest(
    node: NDArray[np.int32], lon: float, lat: float, city: City, network: Network, count: int
) -> NDArray[np.intp]:
    """Return a lot at each of the points that are nearest to a place, by their nodes."""
    point = network.junction_point[network.links.node_junction[node]]
    place_m = city.roads.to_plane_m(np.array([lon]), np.array([lat]))
    order = np.argsort(np.hypot(*(network.xy_m[point] - place_m).T), kind="stable")
    _, first = np.unique(point[order], return_index=True)
    return order[np.sort(first)[:count]]


def _lots(beside: pd.DataFrame, number: int, spaces: int, city: City, demand: Demand) -> pd.DataFrame:
    count = len(beside)
    made = beside.reset_index(drop=True).assign(
        name=[f"crowd_{number}_{part}" for part in range(count)],
        kind=np.full(count, LOT_KINDS.index("public"), np.int8),
        structure=np.full(count, STRUCTURES.index("surface"), np.int8),
        spaces=np.diff(np.linspace(0, spaces, count + 1).astype(np.int32)).astype(np.int32),
    )
    with_attributes(made, city, demand.where.land, demand.parameters)
    return made
