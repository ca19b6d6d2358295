"""Which enterprises there are: drawn once for a city, the same for all seeds; or a user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.air.cells import Cells, people_xy_m
from twin.domains.air.kinds import PLANT_KINDS, SPECIES, group_of
from twin.domains.air.parameters import AirParameters
from twin.domains.air.sources import GRAMS_A_TONNE, SECONDS_A_YEAR, Sources

if TYPE_CHECKING:
    from twin.city.city import City

Draw = Callable[[str], np.random.Generator]
STACK_SIGMA: Final = 0.15
"""Stacks of a kind differ by so much (standard deviation of the logarithm); assumed."""
NEARBY_M: Final = 2_000.0
"""Residents nearby are those in cells of this side."""


def tonnes_of(kind: str, parameters: AirParameters) -> NDArray[np.float64]:
    """Return what all enterprises of a kind emit in a year, tonnes, shape (species,), for the whole of Zhengzhou."""
    given = getattr(parameters.plant_kinds, kind)
    tonnes = np.array([getattr(given, f"{name}_t") for name in SPECIES])
    return np.asarray(tonnes * fitted(group_of(kind), parameters))


def fitted(group: str, parameters: AirParameters) -> NDArray[np.float64]:
    """Return what each species of a group is multiplied by: particles by the fitted factor, gases by 1."""
    factor = getattr(parameters.fitted_factors, group)
    return np.array([factor if name in ("pm25", "coarse") else 1.0 for name in SPECIES])


def draw_plants(draw: Draw, city: City, parameters: AirParameters) -> Sources:
    """Draw the enterprises of a city, in the order of their kinds."""
    kinds = _kinds(parameters)
    node = _places(draw("place").random(len(kinds)), kinds, city, parameters)
    size = np.exp(parameters.size_sigma * draw("size").standard_normal(len(kinds)))
    stack = np.exp(STACK_SIGMA * draw("stack").standard_normal(len(kinds)))
    apart = (draw("apart").random((len(kinds), 2)) - 0.5) * 1000
    scale = parameters.scale(float(city.map.population.residents.sum()))
    gps = np.empty((len(kinds), len(SPECIES)))
    relative = np.empty(len(kinds))
    for code, kind in enumerate(PLANT_KINDS):
        own = kinds == code
        if own.any():
            relative[own] = size[own] / size[own].mean()
            gps[own] = size[own, None] / size[own].sum() * tonnes_of(kind, parameters)
    gps *= scale * GRAMS_A_TONNE / SECONDS_A_YEAR
    given = [getattr(parameters.plant_kinds, kind) for kind in PLANT_KINDS]
    xy_m = city.roads.node_xy_m[node] + apart

    def of_kind(name: str) -> NDArray[np.float64]:
        return np.array([getattr(one, name) for one in given], np.float64)[kinds]

    return Sources(
        kind=kinds, x_m=xy_m[:, 0], y_m=xy_m[:, 1], stack_m=of_kind("stack_m") * stack,
        diameter_m=of_kind("diameter_m"), exit_c=of_kind("exit_c"), exit_mps=of_kind("exit_mps"),
        spread_y_m=np.zeros(len(kinds)), spread_z_m=np.zeros(len(kinds)), gps=gps,
        hour_yuan=of_kind("hour_yuan") * relative,
        name=np.array([f"{PLANT_KINDS[kind]} {number}" for number, kind in enumerate(kinds.tolist())], object),
    )  # fmt: skip


def _kinds(parameters: AirParameters) -> NDArray[np.int8]:
    """Return a kind for each enterprise, in order; rounding leaves none out that has a share."""
    shares = np.array([getattr(parameters.plant_kinds, kind).share for kind in PLANT_KINDS])
    ends = np.rint(np.cumsum(shares) * parameters.enterprises).astype(np.int64)
    return np.repeat(np.arange(len(PLANT_KINDS), dtype=np.int8), np.diff(ends, prepend=0))


def _places(
    uniform: NDArray[np.float64], kinds: NDArray[np.int8], city: City, parameters: AirParameters
) -> NDArray[np.int64]:
    """Return a road node for each enterprise: by district, and there away from people."""
    roads = city.roads
    cells = Cells.holding(roads.node_xy_m, NEARBY_M)
    near = cells.summed(people_xy_m(city), city.map.population.residents)[cells.of(roads.node_xy_m)]
    quiet = (100.0 + near) ** -parameters.away_from_people
    node = np.empty(len(kinds), np.int64)
    for code in np.unique(kinds).tolist():
        weights = getattr(parameters.industry_by_district, PLANT_KINDS[code])
        of_district = np.array([weights.get(name, 0.0) for name in roads.districts])
        if not of_district.any():
            of_district = np.ones(len(roads.districts))
        inside = roads.node_district >= 0
        total = np.bincount(roads.node_district[inside], quiet[inside], len(roads.districts))
        each = of_district / np.maximum(total, 1e-300)
        weight = np.where(inside, quiet * each[np.maximum(roads.node_district, 0)], 0.0)
        own = np.flatnonzero(kinds == code)
        cumulative = np.cumsum(weight)
        node[own] = np.searchsorted(cumulative, uniform[own] * cumulative[-1], side="right")
    return np.minimum(node, roads.node_count - 1)
