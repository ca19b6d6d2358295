"""A small town in which main roads cross, so that signals stand there."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from support.cities import small_map
from twin.city.city import City
from twin.city.graph import ROAD_CLASSES
from twin.city.section import RoadParameters

SIDE = 12
EAST_WEST, NORTH_SOUTH = (4, 8), (3, 6, 9)
"""Rows and columns that are main roads; those along columns have two lanes each way."""
CROSSINGS = len(EAST_WEST) * len(NORTH_SOUTH)


@cache
def town_with_signals() -> City:
    """A grid of 12 by 12 junctions, 400 m apart, with two main roads one way and three the other."""
    city_map = small_map(SIDE)
    roads = city_map.roads
    row, column = roads.edge_from // SIDE, roads.edge_from % SIDE
    row_to, column_to = roads.edge_to // SIDE, roads.edge_to % SIDE
    along = np.isin(row, EAST_WEST) & (row == row_to)
    up = np.isin(column, NORTH_SOUTH) & (column == column_to)
    names = ("", *(f"East Street {k}" for k in EAST_WEST), *(f"North Avenue {k}" for k in NORTH_SOUTH))
    name = np.zeros(roads.edge_count, np.int32)
    name[along] = 1 + np.searchsorted(EAST_WEST, row[along])
    name[up] = 1 + len(EAST_WEST) + np.searchsorted(NORTH_SOUTH, column[up])
    classes = np.full(roads.edge_count, ROAD_CLASSES.index("residential"), np.uint8)
    classes[along], classes[up] = ROAD_CLASSES.index("secondary"), ROAD_CLASSES.index("primary")
    changed = dataclasses.replace(
        roads, edge_class=classes, edge_name=name, names=names, edge_lanes=np.where(up, 2, 1).astype(np.uint8)
    )
    return City(dataclasses.replace(city_map, roads=changed), RoadParameters())
