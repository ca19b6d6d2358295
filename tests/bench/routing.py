"""How fast routing is, beside independent programs: ``python tests/bench/routing.py [nodes]``.

On maps/zhengzhou where it is built and no number is given, else on a made-up irregular city with so many nodes.
Times are medians and minima over repetitions; the minima are steadier where cores are shared.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy.sparse import csr_matrix  # noqa: E402
from scipy.sparse.csgraph import dijkstra  # noqa: E402
from scipy.spatial import Delaunay  # noqa: E402

from twin.city.driving import drive  # noqa: E402
from twin.city.graph import RoadGraph  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.nearest import nearest_nodes  # noqa: E402
from twin.city.routing import Hierarchy  # noqa: E402
from twin.kernels.dissection import nested_dissection_order  # noqa: E402

VEHICLES = 170


def irregular_city(node_count: int) -> RoadGraph:
    """Return scattered junctions, 55 % of the streets between neighbours, and a bend in every second street."""
    rng = np.random.default_rng(2021)
    count = int(node_count / 1.83)
    xy_m = rng.uniform(0, 180 * count**0.5, (count, 2))
    triangles = Delaunay(xy_m).simplices
    street = np.unique(np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]]), axis=1), axis=0)
    street = street[rng.random(len(street)) < 0.55]
    bent = street[::2]
    bend = count + np.arange(len(bent))
    xy_m = np.concatenate([xy_m, xy_m[bent].mean(axis=1) + rng.normal(0, 9, (len(bent), 2))])
    street = np.concatenate([street[1::2], np.column_stack([bent[:, 0], bend]), np.column_stack([bend, bent[:, 1]])])
    edge_from, edge_to = (
        np.concatenate([street, street[rng.random(len(street)) < 0.9][:, ::-1]]).astype(np.int32).T.copy()
    )
    length_m = np.hypot(*(xy_m[edge_from] - xy_m[edge_to]).T)
    node, edge = np.zeros(len(xy_m), np.int8), np.zeros(len(edge_from), np.uint8)
    return RoadGraph(
        113.5 + xy_m[:, 0] / 91e3, 34.6 + xy_m[:, 1] / 111e3, node.astype(np.int32), node, edge_from, edge_to,
        length_m.astype(np.float32), edge, edge, edge, rng.choice([30, 50, 80], len(edge)).astype(np.float32),
        edge.astype(np.int8), edge.astype(np.int32), ("",), (),
    )  # fmt: skip


def show(what: str, action: Callable[[], object], times: int, calls: int = 1) -> None:
    """Print the median and the smallest time of one of the `calls` that `action` makes."""
    taken_ms = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken_ms.append((time.perf_counter() - start) * 1000 / calls)
    print(f"{what:<64}{median(taken_ms):>12.4f}{min(taken_ms):>12.4f}")


def show_first(what: str, action: Callable[[], object]) -> None:
    """Print how long a first call takes, which loads the compiled code, or compiles it."""
    show(f"first call: {what}", action, 1)


def show_peers(
    graph: RoadGraph, hierarchy: Hierarchy, time_ms: np.ndarray, vehicles: np.ndarray, calls: np.ndarray
) -> None:
    """Print what independent programs take for the same questions."""
    order = np.lexsort([time_ms, graph.edge_to, graph.edge_from])
    pair = graph.edge_from[order].astype(np.int64) * graph.node_count + graph.edge_to[order]
    kept = order[np.unique(pair, return_index=True)[1]]
    shape = (graph.node_count,) * 2
    reverse = csr_matrix((time_ms[kept].astype(float), (graph.edge_to[kept], graph.edge_from[kept])), shape=shape)
    show("scipy dijkstra: all nodes to one call", lambda: [dijkstra(reverse, indices=call) for call in calls[:5]], 3, 5)
    try:
        import networkx as nx
    except ImportError:
        print("networkx is not installed")
    else:
        peer = nx.DiGraph()
        columns = graph.edge_from[kept].tolist(), graph.edge_to[kept].tolist(), time_ms[kept].tolist()
        peer.add_weighted_edges_from(zip(*columns, strict=True))
        ends = zip(vehicles.tolist(), calls.tolist(), strict=False)
        largest = max(nx.strongly_connected_components(peer), key=len)
        pairs = [(a, b) for a, b in ends if a in largest and b in largest][:5]
        show("networkx: one route", lambda: [nx.bidirectional_dijkstra(peer, *ends) for ends in pairs], 3, 5)
    try:
        import pyroutingkit
    except ImportError:
        print("pyroutingkit is not installed")
        return
    topology = pyroutingkit.CCHTopology()
    ends = graph.edge_from.astype(np.uint32), graph.edge_to.astype(np.uint32)
    place = graph.node_lat.astype(np.float32), graph.node_lon.astype(np.float32)
    show("pyroutingkit: order and hierarchy", lambda: topology.build(*ends, *place, graph.node_count), 1)
    metric = pyroutingkit.CCHMetric(topology)
    show("pyroutingkit: customise", lambda: metric.customize(time_ms.astype(np.uint32)), 7)
    many = vehicles.astype(np.uint32)
    show(
        f"pyroutingkit: {VEHICLES} vehicles to one call",
        lambda: [metric.distances_many_to_many(many, np.array([call], np.uint32)) for call in calls], 3, len(calls),
    )  # fmt: skip
    pairs = list(zip(vehicles.tolist(), calls.tolist(), strict=False))
    show("pyroutingkit: one route", lambda: [metric.query(*ends) for ends in pairs], 5, len(pairs))
    peer_rank = peer_order_rank(topology, graph.node_count)
    arcs = Hierarchy.of(replace(graph, node_rank=peer_rank)).arc_count
    print(f"arcs: ours {hierarchy.arc_count:,}, with pyroutingkit's order {arcs:,}: {hierarchy.arc_count / arcs:.2f}")


def peer_order_rank(topology: object, node_count: int) -> np.ndarray:
    """Return the rank of each node in pyroutingkit's order, read from what it saves."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        topology.save(folder)  # type: ignore[attr-defined]
        return np.fromfile(Path(folder) / "rank", np.uint32).astype(np.int32)[:node_count]


def main() -> None:
    """Measure and print."""
    folder = ROOT / "maps" / "zhengzhou"
    if len(sys.argv) == 1 and (folder / "map.yaml").exists():
        graph = read_map(folder).roads
    else:
        graph = irregular_city(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
    print(f"{graph.node_count:,} nodes, {graph.edge_count:,} edges; milliseconds{'median':>27}{'least':>12}")
    x_m, y_m = graph.node_xy_m.T
    repeats = 3 if graph.node_count < 100_000 else 1
    tiny = np.array([0, 1], np.int32)
    show_first("order", lambda: nested_dissection_order(np.arange(2.0), np.zeros(2), tiny, tiny[::-1].copy()))
    show("order", lambda: nested_dissection_order(x_m, y_m, graph.edge_from, graph.edge_to), repeats)
    graph = replace(graph, node_rank=nested_dissection_order(x_m, y_m, graph.edge_from, graph.edge_to))
    show_first("hierarchy", lambda: Hierarchy.of(graph))
    show("hierarchy", lambda: Hierarchy.of(graph), 3)
    hierarchy = Hierarchy.of(graph)
    rng = np.random.default_rng(1)
    time_ms = np.maximum(1000 * graph.edge_free_flow_s, 1).astype(np.int32)
    show_first("customise", lambda: hierarchy.customise(time_ms))
    show("customise (all speeds change)", lambda: hierarchy.customise(time_ms), 15)
    times = hierarchy.customise(time_ms)
    vehicles = rng.integers(0, graph.node_count, VEHICLES).astype(np.int32)
    calls = rng.integers(0, graph.node_count, 200).tolist()
    show_first("times_to", lambda: times.times_to(vehicles, calls[0]))
    many = f"nearest of {VEHICLES} vehicles (times_to, argmin)"
    show(many, lambda: [times.times_to(vehicles, call).argmin() for call in calls], 9, len(calls))
    show("one call to 12 hospitals", lambda: [times.times_from(call, vehicles[:12]) for call in calls], 9, len(calls))
    show("one time", lambda: [times.time_ms(call, calls[0]) for call in calls], 9, len(calls))
    show_first("route", lambda: times.route(calls[0], calls[1]))
    pairs = list(zip(vehicles.tolist(), calls, strict=False))
    show("one route", lambda: [times.route(*ends) for ends in pairs], 9, len(pairs))
    routes = [route.edges for ends in pairs if (route := times.route(*ends))]
    starts_s, by_period = np.arange(0, 86_400, 900.0), np.tile(time_ms, (96, 1))
    show_first("drive", lambda: drive(routes[0], 0, starts_s, by_period))
    length = np.mean([len(route) for route in routes])
    show(
        f"drive a route of {length:.0f} edges",
        lambda: [drive(route, 7000, starts_s, by_period) for route in routes],
        9,
        len(routes),
    )
    show_first("nearest_nodes", lambda: nearest_nodes(graph, graph.node_lon[:1], graph.node_lat[:1]))
    show("nearest_nodes, 1,000 points", lambda: nearest_nodes(graph, graph.node_lon[:1000], graph.node_lat[:1000]), 5)
    show_peers(graph, hierarchy, time_ms, vehicles, np.array(calls))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")


if __name__ == "__main__":
    main()
