"""What roads give Zhengzhou's stations: streets nearby as lines and patches beyond, against all streets as lines."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from support.air import changing
from support.traffic import zhengzhou

from twin.atmosphere.conditions import Conditions
from twin.atmosphere.lines import Roads, road_contributions
from twin.domains.air.fresh import SETTING, fresh_units, point_sources, reach_m, some_hours
from twin.domains.air.other_sources import road_sources
from twin.domains.air.parameters import AirParameters
from twin.domains.air.receptors import Receptors
from twin.domains.air.road_patches import RoadPatches
from twin.domains.air.road_units import RoadUnits
from twin.domains.air.roads import RoadEmissions

Floats = NDArray[np.float64]
SIDE_M = 2000.0
HOURS = 10


@cache
def stations() -> Floats:
    return Receptors.of(zhengzhou(), AirParameters()).station_xy_m


def air() -> Conditions:
    return changing(HOURS, seed=3)


@cache
def emitted() -> Floats:
    """Return what each edge emits, relative: an ordinary day's vehicle-km."""
    given = AirParameters()
    return RoadEmissions(zhengzhou(), RoadPatches.of(zhengzhou(), stations(), SIDE_M), given)._edge_km


def by_patches(patches: RoadPatches, places: Floats) -> Floats:
    """Return what all roads give at places that are stations, (hours, places)."""
    sources = road_sources(patches)
    units = RoadUnits(patches, places, point_sources(sources, np.arange(len(sources)))).at_stations(air())
    return np.asarray(units @ np.bincount(patches.of_edge, emitted(), len(patches)))


@cache
def by_all_lines() -> Floats:
    """Return what all streets give at the stations, each as a line, none older than an hour; (hours, stations)."""
    roads, place, conditions = zhengzhou().roads, stations(), air()
    begin, end = roads.node_xy_m[roads.edge_from], roads.node_xy_m[roads.edge_to]
    lines = Roads(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1])
    east, north = conditions.towards
    apart = place[:, None] - (begin + end) / 2
    found = np.empty((HOURS, len(place)))
    for hour in range(HOURS):
        one = some_hours(conditions, slice(hour, hour + 1))
        units = road_contributions(lines, one, place[:, 0], place[:, 1], 1.5, SETTING)[0]
        units[apart[:, :, 0] * east[hour] + apart[:, :, 1] * north[hour] > reach_m(one)[0]] = 0.0
        found[hour] = units @ emitted()
    return found


def test_near_lines_and_far_cells_are_nearly_all_lines() -> None:
    """Cells of 2 km alone are off by more than the mean itself; here single hours differ by some tenth of it."""
    known = by_all_lines()
    found = by_patches(RoadPatches.of(zhengzhou(), stations(), SIDE_M), stations())
    assert found.mean() == pytest.approx(known.mean(), rel=0.03)
    np.testing.assert_allclose(found.mean(axis=0), known.mean(axis=0), rtol=0.12)
    assert np.sqrt(np.mean((found - known) ** 2)) < 0.2 * known.mean()
    cells = road_sources(RoadPatches.of(zhengzhou(), stations() + 1e6, SIDE_M))
    patches = RoadPatches.of(zhengzhou(), stations() + 1e6, SIDE_M)
    units = fresh_units(point_sources(cells, np.arange(len(cells))), air(), stations())
    alone = units @ np.bincount(patches.of_edge, emitted(), len(patches))
    assert np.sqrt(np.mean((alone - known) ** 2)) > 2 * np.sqrt(np.mean((found - known) ** 2))


def test_far_from_all_stations_patches_are_the_cells() -> None:
    """Twenty kilometres outside of the divided cells nobody sees that they are divided."""
    west, north = stations()[:, 0].min(), stations()[:, 1].max()
    places = np.array([[west - 20_000.0, north - 5_000.0], [west, north + 18_000.0]])
    fine, coarse = (RoadPatches.of(zhengzhou(), near, SIDE_M) for near in (stations(), places))
    assert len(fine.streets) > 1000
    fresh = []
    for patches in (fine, coarse):
        sources = road_sources(patches)
        units = fresh_units(point_sources(sources, np.arange(len(sources))), air(), places)
        inside = np.hypot(*(patches.middle - stations().mean(axis=0)).T) < 9_000.0
        fresh.append(units[:, :, inside] @ np.bincount(patches.of_edge, emitted(), len(patches))[inside])
    assert fresh[1].max() > 0
    assert fresh[0].sum() == pytest.approx(fresh[1].sum(), rel=0.05)


def test_every_edge_emits_in_one_patch() -> None:
    patches = RoadPatches.of(zhengzhou(), stations(), SIDE_M)
    count = np.bincount(patches.of_edge, minlength=len(patches))
    assert count.min() >= 1
    assert count.sum() == zhengzhou().roads.edge_count
    assert count[: len(patches.streets)].max() <= 4, "both directions of a street, seldom two streets side by side"
