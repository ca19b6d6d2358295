"""How fast the road is, beside independent programs: ``python tests/bench/traffic.py [trips] [repetitions]``.

The same grid of 2,601 junctions and 10,200 links, the same trips, three hours: the road here against SUMO's mesoscopic
engine (everybody keeps the route he is given, in both) and UXsim (everybody takes another way every 600 s, in both).
Needs ``pip install zhengzhou-twin[bench]``; what is not installed is left out. Each run is a process of its own. The
table holds medians: seconds of processor time, which a busy machine changes less than the clock's, to simulate and to
set up (network, trips and routes, as far as that is apart); how often slower than the road here; peak memory.
``--uxsim-python`` adds UXsim's engine in Python, which takes minutes.
"""

from __future__ import annotations

import importlib.util
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy.sparse import csr_matrix  # noqa: E402
from scipy.sparse.csgraph import dijkstra  # noqa: E402

SIDE, SPACING_M, PLATOON = 51, 200.0, 5
END_S, REROUTE_S, STEP_MS = 10_800, 600, 6000
JAM_PER_M, REACTION_S = 0.2, 1.0


@dataclass(frozen=True)
class Case:
    """The grid, with an arterial of two lanes every fifth street, and platoons of five who want the same."""

    x_m: np.ndarray
    y_m: np.ndarray
    link_from: np.ndarray
    link_to: np.ndarray
    lanes: np.ndarray
    speed_mps: np.ndarray
    origin: np.ndarray
    destination: np.ndarray
    depart_s: np.ndarray

    @property
    def flow_per_h(self) -> np.ndarray:
        """Return the capacity of a lane where drivers react in a second: what UXsim makes of the same numbers."""
        wave_mps = 1 / (REACTION_S * JAM_PER_M)
        return 3600 * self.speed_mps * JAM_PER_M * wave_mps / (self.speed_mps + wave_mps)


def make_case(trips: int) -> Case:
    """Return the network, and trips of some 3 km on the mean that begin evenly within two hours."""
    place = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    along = np.column_stack([place[:, :-1].ravel(), place[:, 1:].ravel(), np.repeat(np.arange(SIDE), SIDE - 1)])
    across = np.column_stack([place[:-1].ravel(), place[1:].ravel(), np.tile(np.arange(SIDE), SIDE - 1)])
    street = np.concatenate([along, across])
    both = np.concatenate([street, street[:, [1, 0, 2]]]).astype(np.int32)
    arterial = both[:, 2] % 5 == 0
    generator = np.random.default_rng(1)
    count = trips // PLATOON
    origin, destination = np.empty(0, np.int32), np.empty(0, np.int32)
    while len(origin) < count:
        begin = generator.integers(0, SIDE * SIDE, count)
        blocks, angle = generator.gamma(2.0, 1500 / SPACING_M, count), generator.uniform(0, 2 * np.pi, count)
        row = np.rint(begin // SIDE + blocks * np.cos(angle)).astype(int) // 2 * 2
        column = np.rint(begin % SIDE + blocks * np.sin(angle)).astype(int) // 2 * 2
        inside = (row >= 0) & (row < SIDE) & (column >= 0) & (column < SIDE) & (row * SIDE + column != begin)
        origin = np.concatenate([origin, begin[inside]])
        destination = np.concatenate([destination, (row * SIDE + column)[inside]])
    return Case(
        np.repeat(np.arange(SIDE), SIDE) * SPACING_M, np.tile(np.arange(SIDE), SIDE) * SPACING_M,
        both[:, 0].copy(), both[:, 1].copy(), np.where(arterial, 2, 1), np.where(arterial, 16.67, 11.11),
        origin[:count].astype(np.int32), destination[:count].astype(np.int32),
        np.sort(generator.integers(0, 7200, count)),
    )  # fmt: skip


def fixed_routes(case: Case) -> list[list[int]]:
    """Return each platoon's fastest way on the empty road, with 5 % of chance on each link so that ways differ."""
    free_s = SPACING_M / case.speed_mps * np.random.default_rng(5).uniform(1, 1.05, len(case.link_from))
    nodes = len(case.x_m)
    goals, goal = np.unique(case.destination, return_inverse=True)
    backwards = csr_matrix((free_s, (case.link_to, case.link_from)), shape=(nodes, nodes))
    _, after = dijkstra(backwards, indices=goals, return_predecessors=True)
    link_of = {ends: link for link, ends in enumerate(zip(case.link_from.tolist(), case.link_to.tolist(), strict=True))}
    routes = []
    for begin, end, place in zip(case.origin.tolist(), case.destination.tolist(), goal.tolist(), strict=True):
        node, route = begin, []
        while node != end:
            ahead = int(after[place, node])
            route.append(link_of[node, ahead])
            node = ahead
        routes.append(route)
    return routes


def processor_s() -> float:
    """Return the seconds of processor time of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextmanager
def stopwatch(into: dict[str, float], name: str) -> Iterator[None]:
    """Note the seconds of processor time that the block takes, its subprocesses' too, as ``into[name]``."""
    begin_s = processor_s()
    yield
    into[name] = processor_s() - begin_s


def our_road(case: Case):
    from twin.city.road_traffic import RoadTraffic
    from twin.kernels.road_network import triangular

    times = triangular(SPACING_M, case.lanes, case.speed_mps, case.flow_per_h, JAM_PER_M, STEP_MS)
    return RoadTraffic(len(case.x_m), case.link_from, case.link_to, times, step_ms=STEP_MS), times


def ours_fixed(case: Case) -> dict[str, float]:
    """Run the road here with fixed routes."""
    routes = [route for route in fixed_routes(case) for _ in range(PLATOON)]
    first, link = np.cumsum([0, *map(len, routes)]), np.concatenate(routes)
    warm, _ = our_road(case)
    car = warm.add_vehicles(1)
    warm.send_along(car, [0, 1], [0])
    warm.advance(60_000, car, [0])
    taken: dict[str, float] = {"traversals": float(len(link))}
    depart_ms = np.repeat(1000 * case.depart_s, PLATOON)
    with stopwatch(taken, "set_up_s"):
        traffic, _ = our_road(case)
        cars = traffic.add_vehicles(len(routes))
        traffic.send_along(cars, first, link)
    with stopwatch(taken, "simulate_s"):
        arrived, at_ms = traffic.advance(1000 * END_S, cars, depart_ms)
    return taken | {"arrived": len(arrived), "mean_s": float((at_ms - depart_ms[arrived]).mean()) / 1000}


def ours_rerouting(case: Case) -> dict[str, float]:
    """Run the road here with a new table of next links every 600 s, from half of the old times and half of the new."""
    from twin.city.next_links import next_links
    from twin.city.routing import Hierarchy
    from twin.kernels.dissection import nested_dissection_order

    taken: dict[str, float] = {}
    goals, goal = np.unique(case.destination, return_inverse=True)
    order = nested_dissection_order(case.x_m, case.y_m, case.link_from, case.link_to)
    hierarchy = Hierarchy.of_arrays(order, case.link_from, case.link_to)
    warm, times = our_road(case)
    warm.set_next_links(next_links(hierarchy, times.free_ms, goals[:1]))
    warm.advance(60_000)
    depart_ms, begin = np.repeat(1000 * case.depart_s, PLATOON), np.repeat(case.origin, PLATOON)
    with stopwatch(taken, "set_up_s"):
        traffic, times = our_road(case)
        cars = traffic.add_vehicles(len(begin))
    arrivals, total_ms = 0, 0
    link_ms, left, travel_ms = times.free_ms.astype(np.float64), 0, 0
    with stopwatch(taken, "simulate_s"):
        for until_ms in range(1000 * REROUTE_S, 1000 * END_S + 1, 1000 * REROUTE_S):
            traffic.set_next_links(next_links(hierarchy, np.rint(link_ms).astype(np.int32), goals))
            if until_ms == 1000 * REROUTE_S:
                traffic.send_to(cars, np.repeat(goal, PLATOON))
            now = slice(*np.searchsorted(depart_ms, [traffic.now_ms, until_ms]))
            arrived, at_ms = traffic.advance(until_ms, cars[now], depart_ms[now], begin[now])
            arrivals, total_ms = arrivals + len(arrived), total_ms + int((at_ms - depart_ms[arrived]).sum())
            left_before, travel_before = left, travel_ms
            left, travel_ms = traffic.of_links("left"), traffic.of_links("travel_ms")
            passed = np.asarray(left - left_before)
            mean_ms = np.where(passed > 0, (travel_ms - travel_before) / np.maximum(passed, 1), times.free_ms)
            link_ms = (link_ms + mean_ms) / 2
    return taken | {"arrived": arrivals, "mean_s": total_ms / max(arrivals, 1) / 1000}


def write_sumo(case: Case, folder: Path, program: Path) -> None:
    """Write the network and the trips as SUMO reads them."""
    nodes = "".join(
        f'<node id="{node}" x="{x}" y="{y}" type="priority"/>\n'
        for node, (x, y) in enumerate(zip(case.x_m, case.y_m, strict=True))
    )
    ends = zip(case.link_from, case.link_to, case.lanes, case.speed_mps, strict=True)
    edges = "".join(
        f'<edge id="{link}" from="{begin}" to="{end}" numLanes="{lanes}" speed="{speed}"/>\n'
        for link, (begin, end, lanes, speed) in enumerate(ends)
    )
    (folder / "nodes.xml").write_text(f"<nodes>\n{nodes}</nodes>\n")
    (folder / "edges.xml").write_text(f"<edges>\n{edges}</edges>\n")
    convert = [
        program / "netconvert",
        "-n",
        "nodes.xml",
        "-e",
        "edges.xml",
        "-o",
        "net.xml",
        "--no-internal-links",
        "-W",
    ]
    subprocess.run(convert, cwd=folder, check=True, capture_output=True)
    number = 0
    with (folder / "trips.xml").open("w") as file:
        file.write('<routes>\n<vType id="car" tau="1.0" minGap="0" length="5"/>\n')
        for route, depart_s in zip(fixed_routes(case), case.depart_s, strict=True):
            way = " ".join(map(str, route))
            for _ in range(PLATOON):
                file.write(f'<vehicle id="{number}" type="car" depart="{depart_s}"><route edges="{way}"/></vehicle>\n')
                number += 1
        file.write("</routes>\n")


def run_sumo(case: Case, *options: str) -> dict[str, float]:
    """Run SUMO's mesoscopic engine; what it takes to come to the first second is its set-up."""
    import sumo

    program = Path(sumo.SUMO_HOME) / "bin"
    taken: dict[str, float] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sumo(case, folder, program)
        command = [
            program / "sumo", "--mesosim", "-n", "net.xml", "-r", "trips.xml", "--no-step-log",
            "--duration-log.statistics", "--time-to-teleport", "-1", *options,
        ]  # fmt: skip
        with stopwatch(taken, "set_up_s"):
            subprocess.run([*command, "--end", "1"], cwd=folder, check=True, capture_output=True)
        with stopwatch(taken, "simulate_s"):
            whole = [*command, "--end", str(END_S)]
            done = subprocess.run(whole, cwd=folder, check=True, capture_output=True, text=True).stdout
    taken["simulate_s"] -= taken["set_up_s"]

    def said(pattern: str) -> float:
        found = re.search(pattern, done)
        if found is None:
            raise RuntimeError(f"SUMO did not report {pattern!r}:\n{done}")
        return float(found[1])

    return taken | {
        "arrived": said(r"Inserted: (\d+)") - said(r"Running: (\d+)"),
        "mean_s": said(r"Statistics[\s\S]*?\n Duration: ([\d.]+)") + said(r"DepartDelay: ([\d.]+)"),
    }


def run_uxsim(case: Case, compiled: bool) -> dict[str, float]:
    """Run UXsim with platoons of five and a new choice of ways every 600 s."""
    import uxsim

    taken: dict[str, float] = {}
    with stopwatch(taken, "set_up_s"):
        world = uxsim.World(
            deltan=PLATOON, tmax=END_S, print_mode=0, save_mode=0, show_mode=0, random_seed=0,
            duo_update_time=REROUTE_S, reaction_time=REACTION_S, **({"cpp": True} if compiled else {}),
        )  # fmt: skip
        for node, (x, y) in enumerate(zip(case.x_m.tolist(), case.y_m.tolist(), strict=True)):
            world.addNode(str(node), x, y)
        columns = (case.link_from, case.link_to, case.lanes, case.speed_mps)
        for link, (begin, end, lanes, speed) in enumerate(zip(*(values.tolist() for values in columns), strict=True)):
            world.addLink(
                f"link {link}", str(begin), str(end), length=SPACING_M, free_flow_speed=speed,
                jam_density_per_lane=JAM_PER_M, number_of_lanes=lanes,
            )  # fmt: skip
        for begin, end, depart_s in zip(case.origin, case.destination, case.depart_s, strict=True):
            world.addVehicle(str(begin), str(end), float(depart_s))
    with stopwatch(taken, "simulate_s"):
        world.exec_simulation()
    world.analyzer.basic_analysis()
    return taken | {"arrived": world.analyzer.trip_completed, "mean_s": world.analyzer.average_travel_time}


ENGINES: dict[str, Callable[[Case], dict[str, float]]] = {
    "the road here, fixed routes": ours_fixed,
    "SUMO meso, fixed routes": run_sumo,
    "SUMO meso, 300 m segments, one queue": lambda case: run_sumo(
        case, "--meso-edgelength", "300", "--meso-multi-queue", "false"
    ),
    "SUMO meso, junction control": lambda case: run_sumo(case, "--meso-junction-control"),
    "the road here, new ways every 600 s": ours_rerouting,
    "UXsim C++, new ways every 600 s": lambda case: run_uxsim(case, compiled=True),
    "UXsim Python, new ways every 600 s": lambda case: run_uxsim(case, compiled=False),
}


def installed(engine: str) -> bool:
    module = {"SUMO": "sumo", "UXsim": "uxsim"}.get(engine.split(maxsplit=1)[0])
    return module is None or importlib.util.find_spec(module) is not None


def run_one(engine: str, trips: int) -> None:
    """Run an engine in this process, and print what came of it as JSON."""
    result = ENGINES[engine](make_case(trips))
    who = resource.RUSAGE_CHILDREN if engine.startswith("SUMO") else resource.RUSAGE_SELF
    result["memory_mb"] = resource.getrusage(who).ru_maxrss / 1024
    print(json.dumps({name: float(value) for name, value in result.items()}))


def show(trips: int, repetitions: int, engines: list[str]) -> None:
    """Run the engines in turn, and print the medians."""
    found: dict[str, list[dict[str, float]]] = {engine: [] for engine in engines}
    for _ in range(repetitions):
        for engine in engines:
            command = [sys.executable, __file__, "--only", engine, str(trips)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[engine].append(json.loads(done.stdout.strip().splitlines()[-1]))
    names = ("simulate_s", "set_up_s", "memory_mb", "arrived", "mean_s")
    middle = {engine: {name: median(run[name] for run in runs) for name in names} for engine, runs in found.items()}
    print(f"{trips:,} trips, {repetitions} runs\n{'engine':<38}{'simulate s':>11}{'set up s':>10}{'ratio':>8}", end="")
    print(f"{'MB':>8}{'arrived':>10}{'mean trip s':>13}")
    base = 0.0
    for engine, row in middle.items():
        base = row["simulate_s"] if engine.startswith("the road") else base
        print(f"{engine:<38}{row['simulate_s']:>11.3f}{row['set_up_s']:>10.2f}{row['simulate_s'] / base:>8.1f}", end="")
        print(f"{row['memory_mb']:>8,.0f}{row['arrived']:>10,.0f}{row['mean_s']:>13.1f}")


def main() -> None:
    """Measure and print."""
    given = [word for word in sys.argv[1:] if not word.startswith("--")]
    if "--only" in sys.argv:
        run_one(given[0], int(given[1]))
        return
    engines = [engine for engine in ENGINES if installed(engine)]
    if "--uxsim-python" not in sys.argv:
        engines = [engine for engine in engines if not engine.startswith("UXsim Python")]
    for engine in ENGINES.keys() - set(engines):
        print(f"left out: {engine}", file=sys.stderr)
    show(int(given[0]) if given else 100_000, int(given[1]) if len(given) > 1 else 3, engines)


if __name__ == "__main__":
    main()
