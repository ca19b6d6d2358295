"""Compiles the kernels of traffic once, before worker processes would each do it."""

from __future__ import annotations


def compile_kernels() -> None:
    """Call every kernel that a day of traffic needs, on a road of three junctions."""
    import numpy as np

    from twin.city.next_links import next_links
    from twin.city.road_traffic import STEP_MS, RoadTraffic
    from twin.city.routing import Hierarchy
    from twin.domains.traffic.parking_warm_up import compile_parking_kernels
    from twin.kernels.load_delay import Loads, set_by_load
    from twin.kernels.road_network import triangular
    from twin.kernels.way_lengths import write_way_lengths

    begin, end = np.array([0, 1, 2], np.int32), np.array([1, 2, 0], np.int32)
    times = triangular(np.full(3, 100.0), np.ones(3), np.full(3, 10.0), np.full(3, 1800.0), 0.15, STEP_MS)
    road = RoadTraffic(3, begin, end, times)
    who = road.add_vehicles(1)
    hierarchy = Hierarchy.of_arrays(np.arange(3, dtype=np.int32), begin, end)
    one = np.zeros(1, np.int32)
    table = next_links(hierarchy, times.free_ms, one)
    road.set_next_links(table)
    road.send_to(who, one)
    road.advance(STEP_MS, who, one, np.ones(1, np.int32))
    road.queues()
    whole, share = np.zeros(3, np.int32), np.zeros(3)
    loads = Loads(share, share.copy(), whole, *(whole.copy() for _ in range(4)))
    set_by_load(loads, road.readings(), 1.0, 0.5, 1.0, 1.0)
    write_way_lengths(table.words, road.out_first, road.out_link, end, np.full(3, 100.0), one, one, np.empty(1))
    compile_parking_kernels()
