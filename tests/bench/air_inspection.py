"""How soon each rule finds who secretly triples at night: ``python tests/bench/air_inspection.py [days] [cheats]``.

Half of the enterprises of Zhengzhou that are tried are drawn by what they emit at night, half are of those that
stations see best; each cheats alone in the same days (the fortnight from 20 November 2018), six visits a day. A row
each: the way to the nearest station, stack, emission, hours of night in which its plume ends above the lid and in which
a station gets anything of it, what the best station gets of the cheat, how far that stands out of the residuals, and
the day on which `by_gap` finds it, at three and at twelve times its reports. Some three minutes of one core.
"""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
from support.night_cheats import (  # noqa: E402
    chosen_cheats,
    days_to_find,
    honest_mornings,
    secret_ugm3,
    seen_over_noise,
)

from twin.city.city import City  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.domains.air.parameters import AirParameters  # noqa: E402
from twin.policies.air.plant_inspection.at_random import AtRandom  # noqa: E402
from twin.policies.air.plant_inspection.by_gap import by_gap  # noqa: E402

START = datetime(2018, 11, 20)
TRIES = 200


def main() -> None:
    """Print a row a cheat."""
    days, cheats = (int(word) for word in (*sys.argv[1:], *("14", "20")[len(sys.argv) - 1 :]))
    city = City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())
    mornings = honest_mornings(city, days, START, AirParameters(grid_km=16, cheat_share=0.0))
    night = mornings.night
    all_seen = np.array([seen_over_noise(mornings, plant, 3.0) for plant in range(len(mornings.stack_m))])
    reached = (mornings.units_ugm3[night] > 1e-3).any(axis=1).mean(axis=0)
    for bar in (0.0, 1.0, 3.0, 5.0, 10.0):
        print(f"{int((all_seen > bar).sum())} of {len(all_seen)} enterprises stand out by more than {bar:g}")
    print("enterprise | nearest station, km | stack, m | g/s at night | above the lid, % | reaches a station, % | "
          "best station, µg/m³ | over noise | day x3 | day x12 | at random within the days, %")  # fmt: skip
    for plant in chosen_cheats(mornings, 3.0, cheats, 7):
        found = [days_to_find(mornings, plant, factor, partial(by_gap)) for factor in (3.0, 12.0)]
        rules = [AtRandom(np.random.default_rng(number)) for number in range(TRIES)]
        by_chance = [days_to_find(mornings, plant, 3.0, rule.decide) is not None for rule in rules]
        emitted, aloft = mornings.ordinary_gps[night, plant].mean(), mornings.aloft[night, plant].mean()
        best = secret_ugm3(mornings, plant, 3.0)[night].mean(axis=0).max()
        print(
            plant, f"{mornings.apart_m[plant] / 1000:.1f}", f"{mornings.stack_m[plant]:.0f}", f"{emitted:.2f}",
            f"{100 * aloft:.0f}", f"{100 * reached[plant]:.0f}", f"{best:.2f}", f"{all_seen[plant]:.1f}",
            *("-" if day is None else day for day in found), f"{100 * np.mean(by_chance):.0f}", sep=" | ", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
