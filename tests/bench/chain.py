"""How fast the chain of an emergency call is: ``python tests/bench/chain.py [calls]``.

First the call desk as an M/M/7 with a load of 6 Erlang, beside SimPy alone, Ciw and salabim on the very same ringing
times and talks, in one run, taking turns; an event is a call that comes or one that ends. Then a whole emergency day.
Medians; the spread is that of the machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import ciw  # noqa: E402
import numpy as np  # noqa: E402
import salabim  # noqa: E402
import simpy  # noqa: E402
from support.cities import small_city  # noqa: E402
from support.desk import Times, poisson_calls, waits_at_the_desk  # noqa: E402
from support.runs import run_emergency  # noqa: E402

from twin.core.recorder import Recorder  # noqa: E402
from twin.experiment.tasks import Task, Workshop  # noqa: E402
from twin.scenario.load import load_scenario  # noqa: E402

SEATS, LOAD, TALK_S, ROUNDS = 7, 6.0, 100.0, 5


def with_simpy(ring_s: Times, talk_s: Times) -> float:
    """Return the mean wait of a bare SimPy resource, as short as one writes it."""
    env = simpy.Environment()
    desk = simpy.Resource(env, SEATS)
    waits_s = []

    def call(talk: float) -> Generator[simpy.Event, Any, None]:
        rang = env.now
        with desk.request() as seat:
            yield seat
            waits_s.append(env.now - rang)
            yield env.timeout(talk)

    def ring() -> Generator[simpy.Event, Any, None]:
        for at, talk in zip(ring_s.tolist(), talk_s.tolist(), strict=True):
            yield env.timeout(at - env.now)
            env.process(call(talk))

    env.process(ring())
    env.run()
    return float(np.mean(waits_s))


def with_ciw(ring_s: Times, talk_s: Times) -> float:
    """Return the mean wait that Ciw finds."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*np.diff(ring_s, prepend=0.0).tolist(), float("inf")])],
        service_distributions=[ciw.dists.Sequential(talk_s.tolist())],
        number_of_servers=[SEATS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(float(ring_s[-1] + 100 * TALK_S))
    return float(np.mean([record.waiting_time for record in simulation.get_all_records()]))


def with_salabim(ring_s: Times, talk_s: Times) -> float:
    """Return the mean wait that salabim finds."""
    salabim.yieldless(False)
    env = salabim.Environment(trace=False)
    desk = salabim.Resource(capacity=SEATS, monitor=False)
    waits_s = []

    class Call(salabim.Component):
        def setup(self, talk: float) -> None:
            self.talk = talk

        def process(self) -> Generator[Any, Any, None]:
            rang = env.now()
            yield self.request(desk)
            waits_s.append(env.now() - rang)
            yield self.hold(self.talk)

    class Ring(salabim.Component):
        def process(self) -> Generator[Any, Any, None]:
            for at, talk in zip(ring_s.tolist(), talk_s.tolist(), strict=True):
                yield self.hold(at - env.now())
                Call(talk=talk, suppress_trace=True)

    Ring()
    env.run()
    return float(np.mean(waits_s))


def with_ours(ring_s: Times, talk_s: Times) -> float:
    """Return the mean wait at our desk: agents, the whole record of every call, and its table read back."""
    return float(waits_at_the_desk(ring_s, talk_s, SEATS).mean())


def compare_desks(calls: int) -> None:
    """Print events per second of each program."""
    programs: dict[str, Callable[[Times, Times], float]] = {
        "SimPy alone": with_simpy, "Ciw": with_ciw, "salabim": with_salabim, "this call desk": with_ours,
    }  # fmt: skip
    warm_up = poisson_calls(1, 0, 200, LOAD, TALK_S)
    taken_s: dict[str, list[float]] = {name: [] for name in programs}
    found: dict[str, float] = {}
    for program in programs.values():
        program(*warm_up)
    draws = poisson_calls(2021, 0, calls, LOAD, TALK_S)
    for _ in range(ROUNDS):
        for name, program in programs.items():
            begun = time.perf_counter()
            found[name] = program(*draws)
            taken_s[name].append(time.perf_counter() - begun)
    print(f"M/M/{SEATS}, {LOAD:g} Erlang, {calls} calls, {ROUNDS} rounds in turns")
    print(f"{'program':<16} {'events/s':>10} {'us/call':>8} {'fastest':>8} {'mean wait, s':>13}")
    for name, seconds in taken_s.items():
        each = median(seconds)
        print(
            f"{name:<16} {2 * calls / each:>10.0f} {1e6 * each / calls:>8.1f} {1e6 * min(seconds) / calls:>8.1f} "
            f"{found[name]:>13.6f}"
        )


def time_day(what: str, live: Callable[[], Any], rounds: int = ROUNDS) -> None:
    """Print wall time and clock events per second of a whole day; ``live`` returns its twin."""
    seconds, events = [], 0
    for _ in range(rounds):
        begun = time.perf_counter()
        twin = live()
        seconds.append(time.perf_counter() - begun)
        events = next(twin.env._eid)  # what SimPy has scheduled so far
    calls = len(twin.tables["emergency.calls"])
    print(
        f"{what:<34} {median(seconds):>7.2f} s {events:>8} events {events / median(seconds):>9.0f}/s {calls:>6} calls"
    )


def zhengzhou_day(brain: int) -> Callable[[], Any]:
    """Return what lives the first day of scenarios/city_day.yaml under one brain."""
    scenario = load_scenario(ROOT / "scenarios" / "city_day.yaml", ["domains=[emergency]"])
    workshop = Workshop(scenario)
    begun = time.perf_counter()
    city = workshop.city
    print(f"{'read ' + scenario.map:<34} {time.perf_counter() - begun:>7.2f} s {city.roads.node_count:>8} nodes")

    def live() -> Any:
        twin = workshop.twin(Task(0, brain), Recorder())
        twin.run()
        return twin

    return live


def main() -> None:
    """Print both tables."""
    compare_desks(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    print("\none emergency day, recorded in memory with all that decisions saw")
    city = small_city()
    time_day("small city, 144 nodes", lambda: run_emergency(city)[0])
    for brain, name in enumerate(("traditional", "city_brain")):
        time_day(f"Zhengzhou, {name}", zhengzhou_day(brain))


if __name__ == "__main__":
    main()
