"""Where one can park: lots off the street and spaces at the kerb, placed in proportion to people and activity.

No list of the city's lots exists for the map. How many spaces there are is published; where they lie, whose they are
and how large each lot is, is assumed here and labelled so in ``parameters.toml``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.core.errors import MapError
from twin.core.sampling import apportion, spread_evenly
from twin.domains.traffic.land_use import LandUse, street_edges
from twin.domains.traffic.parameters import LOT_KINDS, OFF_STREET_KINDS, STRUCTURES, TrafficParameters
from twin.domains.traffic.tariff import tariff_prices

if TYPE_CHECKING:
    from twin.city.city import City

Draw = Callable[[str], np.random.Generator]

KERB_CLASSES: Final = ("secondary", "tertiary", "unclassified", "residential", "living_street")
"""Streets at whose kerb spaces are marked."""
KERB_LEAST: Final = 3
SPACES_AN_ENTRANCE: Final = 500
ATTRACTED_BY: Final = {"public": "leisure", "commercial": "business", "office": "work"}
"""Which attraction lots of a kind follow; residential ones follow residents, hospitals' lie at hospitals."""


def draw_lots(draw: Draw, city: City, land: LandUse, parameters: TrafficParameters) -> pd.DataFrame:
    """Draw all lots of a run, each column from a stream of its own.

    Returns
    -------
    DataFrame
        ``name``; ``kind`` and ``structure`` (positions in `LOT_KINDS` and `STRUCTURES`); ``zone`` (of the tariff, 1 to
        3); ``node``, where a way to the lot ends, and ``edge``, the street that begins there on which it lies; ``lon``,
        ``lat``; ``spaces``; ``entrances``; the prices ``first_fen`` .. ``visit_fen``
        (see `twin.domains.traffic.tariff.Prices`); ``opens_h``, ``closes_h``; ``recognition`` (the barrier reads number
        plates) and the barrier's service time with and without it, ``barrier_recognised_s``, ``barrier_ticket_s``;
        ``connectable`` and ``app_draw``, see `connected`.

    Raises
    ------
    MapError
        Where the kerbs of the map cannot hold the spaces at the kerb.
    """
    scale = parameters.scale(city.residents_served)
    parts = [_kerb(draw, city, land, parameters, round(parameters.roadside_spaces * scale))]
    off_street = round(parameters.off_street_spaces * scale)
    shares = np.array([getattr(parameters.lot_kind_shares, kind) for kind in OFF_STREET_KINDS])
    for kind, spaces in zip(OFF_STREET_KINDS, apportion(shares, off_street).tolist(), strict=True):
        parts.append(_off_street(draw, kind, city.roads, land, parameters, spaces))
    lots = pd.concat(parts, ignore_index=True)
    lots.insert(0, "name", [f"{LOT_KINDS[kind]}_{number}" for number, kind in enumerate(lots["kind"].tolist())])
    count = len(lots)
    kerb = lots["kind"].to_numpy() == LOT_KINDS.index("roadside")
    recognised = (draw("recognition").random(count) < parameters.recognition_share) | kerb
    with_attributes(lots, city, land, parameters)
    lots["recognition"] = recognised
    lots["app_draw"] = draw("app").random(count, np.float32)
    return lots


def connected(lots: pd.DataFrame, share: float) -> NDArray[np.bool_]:
    """Say which lots are in the app where the connection holds this share of those that can be; all kerbs are.

    The share is of lots, drawn one by one, so a larger share adds lots and takes none away.
    """
    kerb = lots["kind"].to_numpy() == LOT_KINDS.index("roadside")
    chosen = lots["app_draw"].to_numpy() < share
    return np.asarray(lots["connectable"].to_numpy() & (kerb | chosen))


def with_attributes(
    lots: pd.DataFrame,
    city: City,
    land: LandUse,
    parameters: TrafficParameters,
    zone: NDArray[np.int8] | None = None,
) -> None:
    """Add what follows from kind, structure and place: tariff zone, prices, hours, barrier, place in degrees.

    Parameters
    ----------
    zone
        Tariff zones that are given, 0 where the place decides; shape (k,).
    """
    roads = city.roads
    edge, node = lots["edge"].to_numpy(), lots["node"].to_numpy()
    ends = roads.edge_from[edge], roads.edge_to[edge]
    lots["lon"] = (roads.node_lon[ends[0]] + roads.node_lon[ends[1]]) / 2
    lots["lat"] = (roads.node_lat[ends[0]] + roads.node_lat[ends[1]]) / 2
    by_place = tariff_zones(roads.node_xy_m[node], land, parameters)
    lots["zone"] = by_place if zone is None else np.where(zone > 0, zone, by_place)
    prices = tariff_prices(parameters, lots["zone"].to_numpy(), lots["structure"].to_numpy())
    for name, column in zip(prices._fields, prices, strict=True):
        lots[f"{name}_fen"] = column.astype(np.int32)
    kind = lots["kind"].to_numpy()
    hours = np.array([(0.0, 24.0), *(getattr(parameters.opening_h, name) for name in OFF_STREET_KINDS)], np.float32)
    lots["opens_h"], lots["closes_h"] = hours[kind, 0], hours[kind, 1]
    kerb = kind == LOT_KINDS.index("roadside")
    lots["entrances"] = np.where(kerb, 0, 1 + lots["spaces"].to_numpy() // SPACES_AN_ENTRANCE).astype(np.int16)
    for name in ("barrier_recognised_s", "barrier_ticket_s"):
        lots[name] = np.where(kerb, 0.0, getattr(parameters, name)).astype(np.float32)
    lots["connectable"] = np.isin(kind, [LOT_KINDS.index(name) for name in parameters.connectable_kinds])


def tariff_zones(xy_m: NDArray[np.float64], land: LandUse, parameters: TrafficParameters) -> NDArray[np.int8]:
    """Return the tariff zone of places by their distance from the middle of all attraction: 1, 2 or 3, shape (k,)."""
    weight = land.attraction["leisure"] + land.attraction["work"]
    middle_m = np.array([_weighted_median(land.xy_m[:, axis], weight) for axis in (0, 1)])
    apart_km = np.hypot(*(xy_m - middle_m).T) / 1000
    return np.asarray(1 + np.searchsorted(parameters.tariff_zone_km, apart_km, side="left"), np.int8)


def _weighted_median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def local_edge(roads: RoadGraph) -> NDArray[np.int32]:
    """Return the most local street that begins at each node, -1 where none does, shape (n,)."""
    streets = np.flatnonzero(street_edges(roads))
    order = np.lexsort((-streets, roads.edge_class[streets]))  # the last written wins: most local, lowest number
    found = np.full(roads.node_count, -1, np.int32)
    found[roads.edge_from[streets[order]]] = streets[order]
    return found


def _off_street(
    draw: Draw, kind: str, roads: RoadGraph, land: LandUse, parameters: TrafficParameters, spaces: int
) -> pd.DataFrame:
    """Draw the lots of one kind, which together have so many spaces."""
    least = parameters.lot_least_spaces
    if kind == "hospital":
        place = np.flatnonzero(land.attraction["hospital"] > 0)
        place = place[: spaces // least]
        size = land.attraction["hospital"][place]
    else:
        count = max(1, round(spaces / parameters.lot_mean_spaces)) if spaces >= least else 0
        weight = land.residents if kind == "residential" else land.attraction[ATTRACTED_BY[kind]]
        place = spread_evenly(draw(f"{kind}/place"), weight, count) if count else np.zeros(0, np.int64)
        size = np.exp(parameters.lot_size_sigma * draw(f"{kind}/size").standard_normal(count))
    node = land.node[place]
    underground = draw(f"{kind}/underground").random(len(place)) < getattr(parameters.underground_shares, kind)
    structure = np.where(underground, STRUCTURES.index("underground"), STRUCTURES.index("surface"))
    return pd.DataFrame(
        {
            "kind": np.full(len(place), LOT_KINDS.index(kind), np.int8),
            "structure": structure.astype(np.int8),
            "node": node,
            "edge": local_edge(roads)[node],
            "spaces": (least + apportion(size, max(0, spaces - least * len(place)))).astype(np.int32),
        }
    )


def _kerb(draw: Draw, city: City, land: LandUse, parameters: TrafficParameters, spaces: int) -> pd.DataFrame:
    """Draw the spaces at the kerb: streets of served districts in a random order, likelier ones first.

    The order is Efraimidis and Spirakis's (2006), "Weighted random sampling with a reservoir", Information Processing
    Letters 97: by u ** (1 / weight).
    """
    roads = city.roads
    edge, holds, weight = _kerbs(city, land, parameters)
    mean = parameters.kerb_mean_spaces
    wanted = 1 + draw("roadside/size").poisson(max(mean - 1, 0.0), len(edge))
    size = np.minimum(wanted, holds)
    if size.sum() < spaces:
        raise MapError(
            "{path}: the kerbs of the map's streets hold {found:,} spaces, fewer than the {wanted:,} wanted; lower "
            "traffic.roadside_spaces or raise traffic.kerb_mean_spaces",
            path=str(city.map.folder), found=int(size.sum()), wanted=spaces,
        )  # fmt: skip
    uniform = 1 - draw("roadside/order").random(len(edge))
    order = np.argsort(-np.log(uniform) / weight, kind="stable")
    filled = np.cumsum(size[order])
    count = int(np.searchsorted(filled, spaces)) + 1 if spaces else 0
    chosen = order[:count]
    sizes = size[chosen]
    if count:
        sizes[-1] -= filled[count - 1] - spaces
    by_edge = np.argsort(edge[chosen], kind="stable")
    edges = edge[chosen][by_edge]
    return pd.DataFrame(
        {
            "kind": np.full(count, LOT_KINDS.index("roadside"), np.int8),
            "structure": np.full(count, STRUCTURES.index("roadside"), np.int8),
            "node": roads.edge_from[edges],
            "edge": edges.astype(np.int32),
            "spaces": sizes[by_edge].astype(np.int32),
        }
    )


def _kerbs(
    city: City, land: LandUse, parameters: TrafficParameters
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the streets at which spaces can be marked, how many each holds, and how strongly it draws; shapes (k,)."""
    roads = city.roads
    served = {district.id for district in city.map.districts if district.served}
    in_served = np.array([name in served for name in roads.districts] + [False])
    drawn = np.zeros(roads.node_count)
    drawn[land.node] = land.attraction["leisure"]
    holds = (roads.edge_length_m.astype(np.float64) / 2 / parameters.kerb_space_m).astype(np.int64)
    fits = (
        street_edges(roads)
        & np.isin(roads.edge_class, [ROAD_CLASSES.index(name) for name in KERB_CLASSES])
        & in_served[roads.node_district[roads.edge_from]]
        & (holds >= KERB_LEAST)
        & (drawn[roads.edge_from] > 0)
    )
    edge = np.flatnonzero(fits)
    return edge, holds[edge], drawn[roads.edge_from[edge]]
