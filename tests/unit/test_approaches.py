"""Promises: what links are like where they end follows from their class, level and length."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from support.traffic import small_parameters

from twin.city.graph import ROAD_CLASSES
from twin.domains.traffic.approaches import of_classes, pockets, uncrossed


def links_of(*named: str, length_m: float = 500.0) -> Any:
    classes = np.array([ROAD_CLASSES.index(name) for name in named])
    return SimpleNamespace(
        road_class=classes, length_m=np.full(len(named), length_m), edge_link=np.arange(len(named))
    )  # fmt: skip


def test_ramps_are_like_their_road_and_small_streets_like_local_ones() -> None:
    value = of_classes({"motorway": 1.0, "trunk": 2.0, "primary": 3.0, "secondary": 4.0, "tertiary": 5.0, "local": 6.0})
    found = {name: value[ROAD_CLASSES.index(name)] for name in ("motorway_link", "trunk_link", "tertiary")}
    assert found == {"motorway_link": 1.0, "trunk_link": 2.0, "tertiary": 5.0}
    assert value[ROAD_CLASSES.index("residential")] == 6.0


def test_nothing_crosses_motorways_ramps_and_what_is_elevated() -> None:
    links = links_of("motorway", "trunk_link", "trunk", "trunk", "residential")
    roads: Any = SimpleNamespace(edge_level=np.array([0, 0, 0, 1, 0]))
    assert uncrossed(roads, links).tolist() == [True, True, False, True, False]


def test_a_pocket_holds_what_stands_on_its_lane_which_is_no_longer_than_the_link() -> None:
    parameters = small_parameters(jam_density_per_m=0.15)
    assert pockets(links_of("primary", "secondary", "tertiary", "residential"), parameters).tolist() == [12, 9, 5, 1]
    assert pockets(links_of("primary", length_m=20.0), parameters).tolist() == [3]
