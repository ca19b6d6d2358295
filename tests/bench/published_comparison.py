"""Published comparisons of policies made again, as docs/published.md shows them.

    published_comparison.py [replications [days [calls a day]]]

In full: the inventory policies of Koenig and Law (1985) by which methods of comparison are shown (see
``tests/support/inventory.py``), and the dispatch policies of McLay and Mayorga (2013) for the ambulances of a county,
exactly (``hanover.py`` and ``hanover_published.py``) and lived by the twin's fleet (``hanover_fleet.py``). In spirit,
for what the papers' region was is not public:

Jagtenberg, Bhulai and van der Mei (2015): freed vehicles wait where they add the most expected coverage (DMEXCLP)
instead of at home; in Utrecht 16.8 % fewer calls are late. The same (2017): of the vehicles in time not the closest is
sent but the one whose leaving costs the least coverage; 18 % fewer are late, and the mean response is 37 % longer.

That region is the one of ``tests/support/region.py``. Each replication gives every policy the same calls; intervals are
of 95 % over the replications. Two processes.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from support import hanover_fleet  # noqa: E402
from support.hanover_published import exact_lines  # noqa: E402
from support.inventory import compared  # noqa: E402
from support.region import POLICIES, VEHICLES, City, Served, region, relative_change, serve  # noqa: E402

REPLICATIONS, DAYS, CALLS_PER_DAY = 20, 5, 220.0
COUNTY_CALLS = 3000
"""Calls in a replication of the county: fifteen weeks."""
PROCESSES = min(2, os.cpu_count() or 1)


@cache
def the_region() -> City:
    """The region, once a process."""
    return region()


def one(task: tuple[str, int, int, float]) -> Served:
    """Live one replication under one policy."""
    policy, replication, days, calls_per_day = task
    return serve(the_region(), calls_per_day, days, replication, POLICIES[policy]())


def one_of_the_county(task: tuple[str, int]) -> hanover_fleet.Days:
    """Live one replication of the county under one policy."""
    return hanover_fleet.live(*task, COUNTY_CALLS)


def the_county(pool: ProcessPoolExecutor, replications: int) -> None:
    """Print the tables of the county."""
    print("\n".join(exact_lines()), end="\n\n", flush=True)
    tasks = [(name, number) for name in hanover_fleet.POLICIES for number in range(replications)]
    lived = list(pool.map(one_of_the_county, tasks))
    days = {
        name: lived[place * replications : (place + 1) * replications]
        for place, name in enumerate(hanover_fleet.POLICIES)
    }
    print("\n".join(hanover_fleet.compared(days)), end="\n\n", flush=True)


def main(replications: int = REPLICATIONS, days: int = DAYS, calls_per_day: float = CALLS_PER_DAY) -> None:
    """Print the tables."""
    begun_s = time.perf_counter()
    print("\n".join(compared()), end="\n\n", flush=True)
    tasks = [(policy, number, days, calls_per_day) for number in range(replications) for policy in POLICIES]
    with ProcessPoolExecutor(PROCESSES) as pool:
        the_county(pool, replications)
        served = list(pool.map(one, tasks))
    found = {
        policy: [done for task, done in zip(tasks, served, strict=True) if task[0] == policy] for policy in POLICIES
    }
    base = next(iter(found.values()))
    late, response_min = (np.array([getattr(done, name) for done in base]) for name in ("late", "response_min"))
    print(f"{VEHICLES} vehicles, {calls_per_day:g} calls a day, {replications} replications of {days} days")
    print(f"{'policy':44} {'busy':>5} {'late':>7} {'change':>17} {'response':>9} {'change':>17}")
    for policy, done in found.items():
        own_late, own_min = np.array([one.late for one in done]), np.array([one.response_min for one in done])
        changes = [relative_change(late, own_late), relative_change(response_min, own_min)]
        told = [f"{change.relative:+.1%} +- {change.half:.1%}" if done is not base else "" for change in changes]
        busy = np.mean([one.busy for one in done])
        print(f"{policy:44} {busy:5.3f} {own_late.mean():7.2%} {told[0]:>17} {own_min.mean():5.2f} min {told[1]:>17}")
    print(f"{time.perf_counter() - begun_s:.0f} s")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*(int(word) for word in given[:2]), *(float(word) for word in given[2:3]))
