"""How fast fleets live a year, and what comes out: ``python tests/bench/elevators.py [years]``.

First so many years (3) of Zhengzhou's fleet beside what is published; then a year under longer rounds; then fleets of
10,000 to 1,000,000, each in a process of its own, with processor time and peak memory. No rescue, visits every 15 days.
``python tests/bench/elevators.py --rescue`` lives the year with rescue, under two brains.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.elevator_runs import elevator_brain, run_elevators  # noqa: E402

from twin.city.city import City  # noqa: E402
from twin.city.conditions import RoadConditions  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.core.clock import DAY_S, HOUR_S, Clock  # noqa: E402
from twin.core.model import Twin  # noqa: E402
from twin.core.recorder import Recorder  # noqa: E402
from twin.core.streams import Streams  # noqa: E402
from twin.domains.elevators.domain import ElevatorsDomain  # noqa: E402
from twin.domains.elevators.parameters import ElevatorParameters  # noqa: E402
from twin.domains.elevators.warm_up import compile_kernels  # noqa: E402

CLOCK = Clock(datetime(2018, 1, 1), 0.0, 365 * DAY_S)
SIZES = (10_000, 91_685, 300_000, 1_000_000)


def city() -> City:
    """Read Zhengzhou."""
    return City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())


def live(where: City, parameters: ElevatorParameters, replication: int = 0) -> tuple[ElevatorsDomain, pd.DataFrame]:
    """Live the year 2018; return the domain and its failures."""
    streams, recorder = Streams(2018, replication), Recorder()
    roads = RoadConditions(where.ordinary, CLOCK, streams)
    domain = ElevatorsDomain(parameters, where, roads)
    domain.rescue = domain.leave_to_repair
    Twin(
        city=where, clock=CLOCK, brain=elevator_brain(recorder), streams=streams, domains=[domain], recorder=recorder,
        exogenous=roads.tables,
    ).run()  # fmt: skip
    return domain, recorder.frames()["elevators.failures"]


def beside_published(where: City, years: int) -> None:
    """Print what comes out."""
    print("year  entrapments  a day  December  its worst  worst Jan-Jun  people  6-12+18-22h  18-20h  10-15 y / mean")
    for replication in range(years):
        domain, failures = live(where, ElevatorParameters(), replication)
        trapping = failures[failures["people"] > 0]
        day = (trapping["at_s"] // DAY_S).astype(int)
        by_day = np.bincount(day, minlength=365)
        hour = np.bincount((trapping["at_s"] % DAY_S // HOUR_S).astype(int), minlength=24) / len(trapping)
        age = domain.fleet["age_years"].to_numpy()
        band = (age >= 10) & (age < 15)
        worst = band[trapping["elevator"]].mean() / band.mean()
        print(
            f"{replication:4} {len(trapping):12,} {by_day.mean():6.1f} {by_day[-31:].mean():9.1f} "
            f"{by_day[-31:].max():10} {by_day[:181].max():14} {trapping['people'].mean():7.2f} "
            f"{hour[6:12].sum() + hour[18:22].sum():12.3f} {hour[18:20].sum():7.3f} {worst:15.2f}"
        )


def longer_rounds(where: City) -> None:
    """Print what the assumed wear makes of visiting less often."""
    print("\nvisits every  entrapments  from wear")
    for every in (15, 30, 60, 120):
        _, failures = live(where, ElevatorParameters(round_days=every))
        trapping = failures[failures["people"] > 0]
        print(f"{every:9} days {len(trapping):11,} {(trapping['number'] % 2).sum():10,}")


def one_size(size: int) -> None:
    """Print processor time and memory of one fleet's year, history included."""
    compile_kernels()
    where = city()
    begun_s = time.process_time()
    _, failures = live(where, ElevatorParameters(fleet_size=size))
    spent_s = time.process_time() - begun_s
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{size:11,} {len(failures):10,} {spent_s:6.2f} s {1e6 * spent_s / size:8.1f} us {peak_gb:6.2f} GB")


def with_rescue() -> None:
    """Print processor time of a year with rescue, and how soon the trapped were free."""
    compile_kernels()
    where = city()
    for brain in ("traditional", "city_brain"):
        begun_s = time.process_time()
        _, _, frames = run_elevators(
            ElevatorParameters(), days=365, city=where, start=CLOCK.start, brain=brain, telemetry=0.5
        )
        spent_s = time.process_time() - begun_s
        found = frames["elevators.rescues"].query("people > 0")
        lasted_min = (found["freed_s"] - found["at_s"]).mean() / 60
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"{brain:12} {len(found):7,} {lasted_min:6.1f} min {spent_s:6.1f} s {peak_gb:6.2f} GB")


def main() -> None:
    """Print all of it."""
    if sys.argv[1:2] == ["--rescue"]:
        with_rescue()
        return
    if sys.argv[1:2] == ["--size"]:
        one_size(int(sys.argv[2]))
        return
    where = city()
    beside_published(where, int(sys.argv[1]) if sys.argv[1:] else 3)
    longer_rounds(where)
    print("\n  elevators     faults   in all   for each     peak")
    for size in SIZES:
        subprocess.run([sys.executable, __file__, "--size", str(size)], check=True)


if __name__ == "__main__":
    main()
