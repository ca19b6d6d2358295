"""What a day on the road costs against trips and links: ``python tests/bench/traffic_scale.py``.

Grids of streets, trips of some 3 km to one of 256 places, evenly over 24 hours; everybody looks up his next link in a
table. Each case is a process of its own on one core. Prints processor seconds to build (order of contraction, tables of
next links), to live the day, and for each move, and the peak memory. With ``--only SIDE TRIPS`` one case alone.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from twin.city.next_links import next_links  # noqa: E402
from twin.city.road_traffic import RoadTraffic  # noqa: E402
from twin.city.routing import Hierarchy  # noqa: E402
from twin.kernels.dissection import nested_dissection_order  # noqa: E402
from twin.kernels.road_network import triangular  # noqa: E402

SPACING_M, STEP_MS, PLACES, DAY_S = 200.0, 6000, 256, 86_400
BLOCKS = 10
"""A trip begins so many blocks or fewer from where it ends, along each axis."""
SIDES = (51, 113, 182, 355)
"""Grids of 10,200, 50,624, 131,768 and 502,680 links."""
BY_LINKS_TRIPS, BY_TRIPS_SIDE = 2_000_000, 182
TRIPS = (100_000, 500_000, 2_000_000, 5_000_000, 10_000_000)


def grid(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return where nodes lie, metres, and the links between neighbours, both ways."""
    node = np.arange(side * side).reshape(side, side)
    pairs = [(node[:, :-1], node[:, 1:]), (node[:-1], node[1:])]
    begin = np.concatenate([here.ravel() for pair in pairs for here in pair]).astype(np.int32)
    end = np.concatenate([there.ravel() for pair in pairs for there in pair[::-1]]).astype(np.int32)
    row, column = np.divmod(np.arange(side * side), side)
    return column * SPACING_M, row * SPACING_M, begin, end


def live(side: int, trips: int) -> dict[str, float]:
    """Live a day; return what it cost."""
    generator = np.random.default_rng(1)
    x_m, y_m, begin, end = grid(side)
    wide = (begin % side % 5 == 0) & (end % side % 5 == 0) | (begin // side % 5 == 0) & (end // side % 5 == 0)
    lanes, speed_mps = np.where(wide, 2, 1), np.where(wide, 15.0, 10.0)
    times = triangular(np.full(len(begin), SPACING_M), lanes, speed_mps, 1800.0, 0.15, STEP_MS)
    places = generator.choice(side * side, PLACES, replace=False)
    goal = generator.integers(0, PLACES, trips)
    column, row = (
        np.clip(at[places[goal]] / SPACING_M + generator.integers(-BLOCKS, BLOCKS + 1, trips), 0, side - 1)
        for at in (x_m, y_m)
    )
    start = (row * side + column).astype(np.int32)
    depart_ms = np.sort(generator.integers(0, 1000 * DAY_S, trips)).astype(np.int32)
    _warm_up()
    begun_s = time.process_time()
    hierarchy = Hierarchy.of_arrays(nested_dissection_order(x_m, y_m, begin, end), begin, end)
    road = RoadTraffic(side * side, begin, end, times, step_ms=STEP_MS)
    road.set_next_links(next_links(hierarchy, times.free_ms, places))
    cars = road.add_vehicles(trips)
    road.send_to(cars, goal)
    built_s = time.process_time()
    arrived = 0
    for hour in range(1, 27):
        now = slice(*np.searchsorted(depart_ms, [road.now_ms, hour * 3_600_000]))
        arrived += len(road.advance(hour * 3_600_000, cars[now], depart_ms[now], start[now])[0])
    lived_s = time.process_time() - built_s
    return {
        "links": len(begin), "trips": trips, "arrived": arrived, "moves": road.moved, "build_s": built_s - begun_s,
        "live_s": lived_s, "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }  # fmt: skip


def _warm_up() -> None:
    """Compile what is timed."""
    x_m, y_m, begin, end = grid(4)
    times = triangular(np.full(len(begin), SPACING_M), 1, 10.0, 1800.0, 0.15, STEP_MS)
    hierarchy = Hierarchy.of_arrays(nested_dissection_order(x_m, y_m, begin, end), begin, end)
    road = RoadTraffic(16, begin, end, times, step_ms=STEP_MS)
    road.set_next_links(next_links(hierarchy, times.free_ms, [15]))
    car = road.add_vehicles(1)
    road.send_to(car, [0])
    road.advance(10 * STEP_MS, car, [0], [0])


def main() -> None:
    """Measure and print."""
    if "--only" in sys.argv:
        side, trips = (int(word) for word in sys.argv[sys.argv.index("--only") + 1 :][:2])
        print(json.dumps(live(side, trips)))
        return
    print(f"{'links':>9}{'trips':>12}{'moves':>13}{'build s':>9}{'live s':>8}{'us a move':>11}{'GB':>6}{'arrived':>12}")
    cases = [(side, BY_LINKS_TRIPS) for side in SIDES] + [(BY_TRIPS_SIDE, trips) for trips in TRIPS]
    for side, trips in dict.fromkeys([*cases, (SIDES[-1], TRIPS[-1])]):
        command = [sys.executable, __file__, "--only", str(side), str(trips)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        row = json.loads(done.stdout.strip().splitlines()[-1])
        print(
            f"{row['links']:>9,}{row['trips']:>12,}{row['moves']:>13,}{row['build_s']:>9.1f}{row['live_s']:>8.1f}"
            f"{1e6 * row['live_s'] / row['moves']:>11.2f}{row['gb']:>6.2f}{row['arrived']:>12,}", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
