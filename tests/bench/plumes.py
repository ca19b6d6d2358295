"""How fast dispersion is: ``python tests/bench/plumes.py [week]``.

A day of 1,000 stacks and all roads of maps/zhengzhou on 100 x 100 receptors and nine stations; the same stacks by plain
numpy and, where it is installed (extra ``bench``), by pyelq; how the time grows. With ``week`` also a week of puffs.
Processor seconds, the smallest of some repetitions.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from twin.atmosphere.conditions import Conditions, Setting  # noqa: E402
from twin.atmosphere.grid import Grid  # noqa: E402
from twin.atmosphere.lines import Roads, road_contributions, road_fields  # noqa: E402
from twin.atmosphere.plumes import (  # noqa: E402
    PointSources,
    concentrations,
    stacks_in,
    unit_contributions,
)
from twin.atmosphere.puffs import PuffModel, areas_of_roads  # noqa: E402
from twin.city.map import read_map  # noqa: E402

Floats = NDArray[np.float64]

STACKS, HOURS, CELL_M, SIDE = 1000, 24, 400.0, 100
COMPARED_HOURS = 2


def taken_s(action: Callable[[], object], times: int = 3) -> float:
    """Return the smallest processor time of some repetitions, after one that compiles."""
    action()
    found = []
    for _ in range(times):
        begin = time.process_time()
        action()
        found.append(time.process_time() - begin)
    return min(found)


def weather(hours: int, seed: int = 1) -> Conditions:
    """Return hours whose wind, class and lid change as they do."""
    chance = np.random.default_rng(seed)
    hour = np.arange(hours) % 24
    day = (hour > 7) & (hour < 18)
    return Conditions(
        wind_mps=chance.gamma(2.5, 0.9, hours),
        wind_from_deg=np.cumsum(chance.normal(0.0, 25.0, hours)) % 360.0,
        temperature_c=chance.uniform(-5.0, 10.0, hours),
        stability=np.where(day, chance.integers(0, 4, hours), chance.integers(3, 6, hours)).astype(np.int8),
        mixing_height_m=np.where(day, chance.uniform(400.0, 1200.0, hours), chance.uniform(150.0, 400.0, hours)),
    )


def first_hours(air: Conditions, hours: int) -> Conditions:
    """Return the first hours alone."""
    return Conditions(
        air.wind_mps[:hours], air.wind_from_deg[:hours], air.temperature_c[:hours], air.stability[:hours],
        air.mixing_height_m[:hours],
    )  # fmt: skip


def stacks(count: int, east: float, north: float) -> PointSources:
    """Return stacks within 20 km."""
    chance = np.random.default_rng(2)
    return PointSources(
        east + chance.uniform(-20e3, 20e3, count), north + chance.uniform(-20e3, 20e3, count),
        chance.uniform(10.0, 120.0, count), chance.uniform(0.5, 4.0, count), chance.uniform(30.0, 150.0, count),
        chance.uniform(3.0, 20.0, count),
    )  # fmt: skip


def roads_of_the_map() -> tuple[Roads, Floats]:
    """Return every street of the map, both directions together, and what it emits in g/s, by length."""
    graph = read_map(ROOT / "maps" / "zhengzhou").roads
    low, high = np.minimum(graph.edge_from, graph.edge_to), np.maximum(graph.edge_from, graph.edge_to)
    street, of = np.unique(low.astype(np.int64) * graph.node_count + high, return_inverse=True)
    begin, end = graph.node_xy_m[street // graph.node_count], graph.node_xy_m[street % graph.node_count]
    chance = np.random.default_rng(3)
    emission = np.bincount(of, graph.edge_length_m * chance.lognormal(0.0, 1.0, graph.edge_count) * 1e-5)
    return Roads(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1]), emission


def by_numpy(sources: PointSources, air: Conditions, emission: Floats, x_m: Floats, y_m: Floats) -> Floats:
    """Return concentrations by plain numpy: the same model without lid and gradual rise, a source at a time."""
    setting = Setting()
    across, vertical = setting.spread
    rises, found = stacks_in(sources, air, setting), np.zeros((len(air), len(x_m)))
    east, north = air.towards
    for hour in range(len(air)):
        row = int(air.stability[hour])
        for k in range(len(sources)):
            away_x, away_y = x_m - sources.x_m[k], y_m - sources.y_m[k]
            x = np.maximum(away_x * east[hour] + away_y * north[hour], 1e-3)
            y = away_y * east[hour] - away_x * north[hour]
            rise = rises.rise_m[hour, k]
            wide = np.hypot(across.at(x, row), rise / 3.5)
            up = np.hypot(vertical.at(x, row), rise / 3.5)
            height = rises.base_m[hour, k] + rise
            bells = np.exp(-0.5 * ((1.5 - height) / up) ** 2) + np.exp(-0.5 * ((1.5 + height) / up) ** 2)
            share = np.exp(-0.5 * (y / wide) ** 2) * bells / (2.0 * np.pi * wide * up * rises.wind_mps[hour, k])
            found[hour] += np.where(x > 1e-3, 1e6 * emission[hour, k] * share, 0.0)
    return found


def by_pyelq(sources: PointSources, air: Conditions, emission: Floats, x_m: Floats, y_m: Floats) -> Floats | None:
    """Return concentrations by pyelq's plume, whose spreads grow evenly with distance; nothing where it is absent."""
    try:
        from pyelq.coordinate_system import ENU
        from pyelq.dispersion_model.gaussian_plume import GaussianPlume
        from pyelq.meteorology.meteorology import Meteorology
        from pyelq.sensor.sensor import Sensor
        from pyelq.source_map import SourceMap
    except ImportError:
        return None
    origin, receptors = {"ref_latitude": 34.75, "ref_longitude": 113.65, "ref_altitude": 0.0}, len(x_m)
    rises, found = stacks_in(sources, air, Setting()), np.zeros((len(air), receptors))
    sensor, plume = Sensor(), GaussianPlume(source_map=SourceMap(), source_half_width=0.0)
    sensor.location = ENU(east=x_m[:, None], north=y_m[:, None], up=np.full((receptors, 1), 1.5), **origin)
    sensor.concentration = np.zeros((receptors, 1))
    for hour in range(len(air)):
        plume.source_map.location = ENU(
            east=sources.x_m[:, None], north=sources.y_m[:, None],
            up=(rises.base_m[hour] + rises.rise_m[hour])[:, None], **origin,
        )  # fmt: skip
        weather_now = Meteorology()
        towards = (air.towards[0][hour], air.towards[1][hour])
        weather_now.u_component, weather_now.v_component = (
            np.full((receptors, 1), air.wind_mps[hour] * part) for part in towards
        )
        weather_now.time = np.zeros(receptors)
        weather_now.wind_turbulence_horizontal = np.full((receptors, 1), 4.6)
        weather_now.wind_turbulence_vertical = np.full((receptors, 1), 3.4)
        coupling = plume.compute_coupling(sensor, weather_now, run_interpolation=False)
        found[hour] = coupling @ emission[hour]
    return found


def show(what: str, seconds: float, note: str = "") -> None:
    """Print a row."""
    print(f"| {what} | {seconds:.2f} | {note} |", flush=True)


def compare(sources: PointSources, air: Conditions, emission: Floats, x: Floats, y: Floats) -> None:
    """Print how long the same stacks take by other means."""
    few, given = first_hours(air, COMPARED_HOURS), emission[:COMPARED_HOURS]
    ours = taken_s(lambda: concentrations(sources, few, given, x, y))
    show(f"stacks, {COMPARED_HOURS} h", ours, "")
    for name, other in (("plain numpy", by_numpy), ("pyelq", by_pyelq)):
        begin = time.process_time()
        result = other(sources, few, given, x, y)
        seconds = time.process_time() - begin
        if result is None:
            print(f"| the same by {name} | | not installed |")
        else:
            show(f"the same by {name}", seconds, f"{seconds / ours:.0f} times as long")


def grows(sources: PointSources, air: Conditions, emission: Floats, x: Floats, y: Floats) -> None:
    """Print what half of the hours, sources and receptors take."""
    whole = taken_s(lambda: concentrations(sources, air, emission, x, y))
    half = first_hours(air, HOURS // 2)
    fewer = PointSources(*(getattr(sources, name)[::2] for name in (
        "x_m", "y_m", "height_m", "diameter_m", "exit_c", "exit_mps")))  # fmt: skip
    show("half of the hours", taken_s(lambda: concentrations(sources, half, emission[: HOURS // 2], x, y)) / whole)
    show("half of the sources", taken_s(lambda: concentrations(fewer, air, emission[:, ::2], x, y)) / whole)
    show("half of the receptors", taken_s(lambda: concentrations(sources, air, emission, x[::2], y[::2])) / whole)


def a_week(sources: PointSources, roads: Roads, from_stacks: Floats, from_roads: Floats, grid: Grid) -> None:
    """Print how long a week of puffs takes."""
    areas, stretch, area, share = areas_of_roads(roads, 1000.0)
    names = ("x_m", "y_m", "height_m", "diameter_m", "exit_c", "exit_mps", "first_across_m", "first_up_m")
    both = PointSources(*(np.concatenate([getattr(sources, name), getattr(areas, name)]) for name in names))
    emission = np.concatenate([from_stacks, np.bincount(area, from_roads[stretch] * share, len(areas))])[None]
    x, y = grid.centres()
    air, places = weather(168), np.arange(9) * 1111
    PuffModel(both, first_hours(air, 2), grid, x[places], y[places]).hour(emission)
    begin = time.process_time()
    puffs = PuffModel(both, air, grid, x[places], y[places], deposition_mps=(0.002,))
    for _ in range(168):
        puffs.hour(emission)
    show(
        f"a week of puffs of {len(sources)} stacks and {len(areas)} areas of road", time.process_time() - begin,
        f"missing mass {puffs.budget().missing_share[0]:.0e}",
    )  # fmt: skip


def main() -> None:
    """Print the tables."""
    roads, from_roads = roads_of_the_map()
    east, north = (float(np.median(column)) for column in (roads.x1_m, roads.y1_m))
    grid = Grid(east - 0.5 * SIDE * CELL_M, north - 0.5 * SIDE * CELL_M, CELL_M, SIDE, SIDE)
    x, y = grid.centres()
    sources, air = stacks(STACKS, east, north), weather(HOURS)
    emission = np.random.default_rng(4).uniform(0.0, 5.0, (HOURS, STACKS))
    by_hour = np.tile(from_roads, (HOURS, 1))
    at = np.arange(9) * 1111
    print("| what | processor seconds | |\n|---|---|---|")
    field = taken_s(lambda: concentrations(sources, air, emission, x, y))
    lines = taken_s(lambda: road_fields(roads, air, by_hour, grid))
    units = taken_s(lambda: unit_contributions(sources, air, x[at], y[at]))
    road_units = taken_s(lambda: road_contributions(roads, air, x[at], y[at]), times=1)
    show(f"{STACKS} stacks on the grid, {HOURS} h", field)
    show(f"{len(roads)} streets on the grid, {HOURS} h", lines)
    show("stacks at nine stations, each by itself", units)
    show("streets at nine stations, each by itself", road_units)
    show("a day in all", field + lines + units + road_units)
    compare(sources, air, emission, x, y)
    print("\n| of the time of all | share | |\n|---|---|---|")
    grows(sources, air, emission, x, y)
    if "week" in sys.argv[1:]:
        print("\n| what | processor seconds | |\n|---|---|---|")
        a_week(sources, roads, emission[0], from_roads, grid)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
