"""Where the queues of a morning begin: ``python tests/bench/queue_roots.py [hour] [informed] [parameter=value ...]``.

Lives from 3 h to the hour (8.25, say) and follows every full link to the one that its first vehicle wants, and so on,
to where somebody still moves or to a circle. Prints the links in which most chains end, and the way on from each: what
lets through less than its capacity is held up by the next, what lets through its capacity is the bottleneck.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from support.traffic import MONDAY, zhengzhou  # noqa: E402
from support.traffic_day import traffic_twin  # noqa: E402

from twin.city.graph import ROAD_CLASSES  # noqa: E402
from twin.city.passed import Passed  # noqa: E402
from twin.core.clock import HOUR_S, MS, Clock  # noqa: E402
from twin.domains.traffic.domain import TrafficDomain  # noqa: E402
from twin.domains.traffic.gridlock import circles  # noqa: E402
from twin.domains.traffic.parameters import TrafficParameters  # noqa: E402

BEGINS_H, COUNTED_S, ROOTS, STEPS = 3.0, 900, 12, 40


def main() -> None:
    """Live the morning and follow its queues."""
    hour = float(sys.argv[1]) if len(sys.argv) > 1 else 8.25
    informed = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    changes = {name: float(value) for name, value in (word.split("=", 1) for word in sys.argv[3:])}
    clock = Clock(MONDAY.start, 0.0, (hour - BEGINS_H) * HOUR_S)
    twin = traffic_twin(zhengzhou(), TrafficParameters(**changes), clock, informed=informed)
    twin.env.run(until=clock.duration_s - COUNTED_S)
    domain = twin.domains["traffic"]
    assert isinstance(domain, TrafficDomain)
    passed = Passed(domain.road)
    twin.env.run(until=clock.duration_s)
    report(domain, passed.since_last().left * (HOUR_S / COUNTED_S))


def report(domain: TrafficDomain, flow_per_h: np.ndarray) -> None:
    """Print where the chains of full links end."""
    road, links, roads = domain.road, domain.network.links, domain.city.roads
    on, storage = road.on_links(), domain.network.times.storage
    capacity_per_h = MS * HOUR_S / domain.network.times.headway_ms
    used = np.flatnonzero(on).astype(np.int32)
    waits_for = dict(zip(used.tolist(), road.waits_for(used).tolist(), strict=True))
    full = np.flatnonzero(on >= storage).tolist()
    among_full = {link: waits_for[link] for link in full if waits_for[link] in set(full)}
    print(f"{len(full)} full links, {len(circles(among_full))} of them in circles, {road.turned_away} turned away")
    edge = np.empty(len(links.length_m), np.int32)
    edge[links.edge_link] = np.arange(len(links.edge_link), dtype=np.int32)

    def told(link: int) -> str:
        name = roads.names[roads.edge_name[edge[link]]] if roads.edge_name[edge[link]] >= 0 else "-"
        lon, lat = (values[links.node[links.to_junction[link]]] for values in (roads.node_lon, roads.node_lat))
        return (
            f"{name} ({ROAD_CLASSES[links.road_class[link]]}, level {roads.edge_level[edge[link]]}, "
            f"{links.lanes[link]} lanes, {links.length_m[link]:.0f} m, to {lon:.4f} {lat:.4f}): "
            f"{flow_per_h[link]:.0f} of {capacity_per_h[link]:.0f} an hour, {on[link]} on it of {storage[link]}"
        )

    ends: Counter[int] = Counter()
    for link in full:
        at, seen = link, set()
        while at in among_full and at not in seen:
            seen.add(at)
            at = among_full[at]
        ends[at] += 1
    for root, behind in ends.most_common(ROOTS):
        print(f"\n{behind} full links end at")
        at, seen = root, []
        while at >= 0 and at not in seen and len(seen) < STEPS:
            seen.append(at)
            print("  ", told(at))
            if flow_per_h[at] > 0.9 * capacity_per_h[at]:
                break
            at = waits_for.get(at, -1)


if __name__ == "__main__":
    main()
