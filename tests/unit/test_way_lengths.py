"""The length of the way that a driver will take is that of the links that it leads over."""

from __future__ import annotations

import numpy as np
from support.traffic_day import MONDAY, run_traffic

from twin.core.clock import Clock

MORNING = Clock(MONDAY.start.replace(hour=7), 0.0, 600.0)


def test_lengths_are_those_of_the_links_on_the_way_of_habit_and_of_the_informed() -> None:
    _, domain, _ = run_traffic(clock=MORNING)
    generator = np.random.default_rng(1)
    count = 200
    junctions = generator.integers(0, len(domain.network.links.node), count).astype(np.int32)
    points = generator.integers(0, len(domain.network.point_junction), count).astype(np.int32)
    informed = generator.random(count) < 0.5
    found_m = domain.ways.length_m(junctions, points, informed)
    for junction, point, known, way_m in zip(junctions, points, informed, found_m, strict=True):
        links = domain.ways.route(int(junction), int(point), informed=bool(known))
        assert way_m == domain.network.links.length_m[links].sum()
    assert (found_m > 0).mean() > 0.9
    assert (
        domain.ways.length_m(domain.network.point_junction[:5], np.arange(5, dtype=np.int32), informed[:5]).sum() == 0
    )
