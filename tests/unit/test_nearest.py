"""The nearest point is that which looking at all of them finds, wherever points and places lie."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.city.connected import is_strongly_connected
from twin.city.nearest import NearestPoint

rng = np.random.default_rng(11)
CLOUDS: dict[str, NDArray[np.float64]] = {
    "one point": np.array([[3.0, 4.0]]),
    "all at one place": np.full((40, 2), 7.0),
    "evenly": rng.uniform(-1000, 1000, (500, 2)),
    "whole numbers, many alike": rng.integers(-4, 5, (200, 2)).astype(float),
    "on a line along x": np.column_stack([rng.uniform(0, 9000, 60), np.full(60, 5.0)]),
    "on a line along y": np.column_stack([np.full(60, 5.0), rng.uniform(0, 9000, 60)]),
    "two far towns": np.concatenate([rng.normal(0, 10, (300, 2)), rng.normal(100_000, 10, (3, 2))]),
}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_nearest_is_what_looking_at_all_finds_and_the_lowest_of_equals(cloud: str) -> None:
    points = CLOUDS[cloud]
    wide = max(1.0, float(np.ptp(points)))
    asked = np.concatenate(
        [points[:50], points.mean(axis=0) + rng.normal(0, wide, (200, 2)), rng.integers(-6, 7, (100, 2)) + 0.5]
    )
    east, north = (asked[:, None, :] - points[None]).transpose(2, 0, 1)
    away = np.sqrt(east * east + north * north)
    assert np.array_equal(NearestPoint(points).to(asked), away.argmin(axis=1))


def test_a_place_that_is_nowhere_is_refused() -> None:
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            NearestPoint(np.zeros((2, 2))).to(np.array([[0.0, wrong]]))


@pytest.mark.parametrize("seed", range(30))
def test_whether_all_can_be_reached_and_left_again_is_what_networkx_says(seed: int) -> None:
    import networkx as nx

    random = np.random.default_rng(seed)
    count = int(random.integers(1, 12))
    edges = random.integers(0, count, (int(random.integers(1, 5 * count + 1)), 2))
    if seed % 2:  # one way round through all, so that some are connected
        around = random.permutation(count)
        edges = np.concatenate([edges, np.column_stack([around, np.roll(around, 1)])])
    graph = nx.DiGraph(edges.tolist())
    graph.add_nodes_from(range(count))
    said = is_strongly_connected(count, edges[:, 0], edges[:, 1])
    assert said == nx.is_strongly_connected(graph)
    assert said or not seed % 2
