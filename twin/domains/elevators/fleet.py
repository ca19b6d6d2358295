"""The city's elevators as columns, one row each: where they are, what they serve, how old and how busy they are.

No list of them exists for the map. How many there are, and where people are trapped, is published; which building
stands where is assumed and labelled so in ``parameters.toml``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.city import CELL_M
from twin.core.errors import MapError
from twin.core.sampling import apportion, spread_evenly
from twin.domains.elevators.neighbours import along_curve
from twin.domains.elevators.parameters import USES, ElevatorParameters

if TYPE_CHECKING:
    from twin.city.city import City

Draw = Callable[[str], np.random.Generator]

HOSPITAL_SPREAD_M: Final = 120.0
"""Standard deviation of where a hospital's buildings lie about it."""
FEWEST_FLOORS, MOST_FLOORS = 2, 120


def draw_fleet(draw: Draw, city: City, parameters: ElevatorParameters) -> pd.DataFrame:
    """Draw the fleet of a city, each column from a stream of its own.

    Returns
    -------
    DataFrame
        One row an elevator; those of a building follow one another. ``building``; ``lon``, ``lat``, ``node`` (road
        node) and ``district`` (position among the road graph's, -1 in none) of the building; ``use`` (position in
        `USES`); ``floors``; ``age_years`` when the run begins; ``starts_a_day``; ``firm`` (0 has the most contracts);
        ``backup_power``; ``round_draw`` (its place in the round of visits, one for a building); ``rescue_device``
        (lands the car when power fails); ``alarm_draw``, ``telemetry_draw`` (it is connected where the share connected
        is above this); ``renewed_draw`` (it is modernised in time where the share that is is above this); ``frailty``
        (how much more it fails than another like it: nobody in the city knows this one).

    Raises
    ------
    MapError
        Where hospitals should have elevators and the map has none.
    """
    count = max(1, round(parameters.fleet_size * parameters.scale(float(city.map.population.residents.sum()))))
    buildings = _buildings(draw, city, parameters, count)
    each = buildings["elevators"].to_numpy()
    fleet = buildings.drop(columns="elevators").loc[np.repeat(np.arange(len(buildings)), each)].reset_index(drop=True)
    fleet.insert(0, "building", np.repeat(np.arange(len(buildings), dtype=np.int32), each))
    use = fleet["use"].to_numpy()
    median = np.array([getattr(parameters.starts_a_day, name) for name in USES])
    normal = draw("starts").standard_normal(count)
    fleet["starts_a_day"] = (median[use] * np.exp(parameters.starts_sigma * normal)).astype(np.float32)
    fleet["rescue_device"] = draw("rescue_device").random(count) < parameters.rescue_device_share
    with_draws(draw, fleet, parameters)
    return fleet


def with_draws(draw: Draw, fleet: pd.DataFrame, parameters: ElevatorParameters) -> None:
    """Add what nobody can know or what is held against a share, elevator by elevator."""
    count = len(fleet)
    for name in ("alarm", "telemetry"):
        fleet[f"{name}_draw"] = draw(name).random(count, np.float32)
    fleet["renewed_draw"] = draw("renewed").random(count, np.float32)
    shape = parameters.frailty_shape
    fleet["frailty"] = (draw("frailty").standard_gamma(shape, count) / shape).astype(np.float32)


def _buildings(draw: Draw, city: City, parameters: ElevatorParameters, count: int) -> pd.DataFrame:
    """Draw the buildings that have elevators, use by use; ``elevators`` says how many each has."""
    shares = np.array([getattr(parameters.use_shares, use) for use in USES])
    parts = []
    for code, (use, wanted) in enumerate(zip(USES, apportion(shares, count).tolist(), strict=True)):
        if not wanted:
            continue
        buildings = max(1, round(wanted / getattr(parameters.elevators_a_building, use)))
        lon, lat = _places(draw, city, parameters, use, buildings)
        more = apportion(draw(f"{use}/elevators").standard_exponential(buildings), wanted - buildings)
        floors = getattr(parameters.floors, use).draw(draw(f"{use}/floors"), buildings)
        parts.append(
            pd.DataFrame(
                {
                    "elevators": 1 + more,
                    "lon": lon,
                    "lat": lat,
                    "use": np.full(buildings, code, np.int8),
                    "floors": np.clip(np.rint(floors), FEWEST_FLOORS, MOST_FLOORS).astype(np.int16),
                    "age_years": ages(draw(f"{use}/age"), parameters, buildings).astype(np.float32),
                    "firm": firms_by_estate(draw(f"{use}/firm"), parameters, np.column_stack([lon, lat])),
                    "backup_power": draw(f"{use}/backup_power").random(buildings) < parameters.backup_power_share,
                    "round_draw": draw(f"{use}/round").random(buildings, np.float32),
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    node = city.nearest_nodes(found["lon"].to_numpy(), found["lat"].to_numpy())
    found.insert(3, "node", node.astype(np.int32))
    found.insert(4, "district", city.roads.node_district[node].astype(np.int8))
    return found


def _places(
    draw: Draw, city: City, parameters: ElevatorParameters, use: str, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where buildings of a use lie, degrees, shapes (count,)."""
    if use == "hospital":
        return _at_hospitals(draw, city, count)
    people = city.map.population
    cell = spread_evenly(draw(f"{use}/place"), people.residents ** getattr(parameters.density_power, use), count)
    east_m, north_m = (draw(f"{use}/within_cell").random((2, count)) - 0.5) * CELL_M
    return city.moved(people.lon[cell], people.lat[cell], east_m, north_m)


def _at_hospitals(draw: Draw, city: City, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where hospitals' buildings lie: by their emergency bays, as a measure of their size."""
    hospitals = city.map.hospitals
    if not hospitals:
        raise MapError(
            "{path}: the map has no hospital for the hospitals' elevators; add one, or give their share in "
            "elevators.use_shares and elevators.entrapment_shares to another use",
            path=str(city.map.folder),
        )
    size = np.array([max(1.0, place.emergency_bays) for place in hospitals])
    which = spread_evenly(draw("hospital/place"), size, count)
    lon, lat = np.array([[place.lon, place.lat] for place in hospitals]).T
    east_m, north_m = HOSPITAL_SPREAD_M * draw("hospital/about").standard_normal((2, count))
    return city.moved(lon[which], lat[which], east_m, north_m)


def ages(generator: np.random.Generator, parameters: ElevatorParameters, count: int) -> NDArray[np.float64]:
    """Draw ages of a fleet that has grown at a constant rate, years, shape (count,)."""
    rate, oldest, uniform = parameters.growth_per_year, parameters.oldest_years, generator.random(count)
    if rate * oldest < 1e-9:
        return uniform * oldest
    return np.asarray(-np.log1p(uniform * np.expm1(-rate * oldest)) / rate)


def firms(generator: np.random.Generator, parameters: ElevatorParameters, count: int) -> NDArray[np.int32]:
    """Draw the firm that has the contract of each building, shape (count,)."""
    share = np.cumsum(np.arange(1, parameters.firms + 1, dtype=np.float64) ** -parameters.firm_power)
    return np.asarray(np.searchsorted(share, generator.random(count) * share[-1], side="right"), np.int32)


def firms_by_estate(
    generator: np.random.Generator, parameters: ElevatorParameters, places: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Draw the firms of buildings so that neighbours have the same, as those of an estate do; shape (count,).

    Parameters
    ----------
    places
        Degrees, shape (count, 2).
    """
    rank = np.empty(len(places), np.int64)
    rank[np.argsort(along_curve(places), kind="stable")] = np.arange(len(places))
    estate = (rank / parameters.estate_buildings).astype(np.int64)
    return firms(generator, parameters, int(estate.max()) + 1)[estate]
