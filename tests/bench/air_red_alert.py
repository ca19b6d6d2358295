"""What a red alert brings, day by day: plans, building sites, lorries and odd-even driving together.

    python tests/bench/air_red_alert.py [days] [seeds]

Still days from 8 January 2018 on, red from the second day on, for a region that cuts with the city by 80 % and for one
that does not. Nine days and two seeds take a minute of one core.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.air_runs import run_air  # noqa: E402

from twin.city.city import City  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.core.clock import DAY_S  # noqa: E402
from twin.core.domain import WorldEvent  # noqa: E402
from twin.domains.air.decisions_traffic import Restrict  # noqa: E402
from twin.domains.air.decisions_warning import Warn  # noqa: E402
from twin.domains.air.parameters import AirParameters  # noqa: E402

START: Final = datetime(2018, 1, 8)
WIND_SHARE: Final = 0.6
RULES: Final = {"air_warning": lambda view: Warn(4), "traffic_restriction": lambda view: Restrict("odd_even")}


def relief(city: City, days: int, seed: int, joins: float) -> tuple[float, NDArray[np.float64]]:
    """Return the share of fine particles that is not emitted, and by what share each day's air is cleaner."""
    given = AirParameters(grid_km=50, inspections_a_day=0, region_joins=joins)
    still = WorldEvent("air_stagnates", WIND_SHARE, 0.0, days * DAY_S)
    _, _, frames = run_air(
        given, days=days, start=START, seed=seed, events=[still], brain="city_brain", city=city, rules=RULES
    )
    hours = frames["air.hours"].iloc[: days * 24]
    lived, without, emitted, ordinary = (
        hours[name].to_numpy(np.float64).reshape(days, 24).mean(axis=1)
        for name in ("pm25", "pm25_without", "emitted_gps", "ordinary_gps")
    )
    return float(1 - emitted[1:].sum() / ordinary[1:].sum()), 1 - lived / without


def main() -> None:
    """Print a row a seed and a region: what is cut, and the relief of each day from the second on, per cent."""
    days, seeds = (int(word) for word in (*sys.argv[1:], *("9", "2")[len(sys.argv) - 1 :]))
    city = City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())
    print("seed | region joins | emissions cut, % | relief on each day of the alert, % | mean, %")
    for seed in range(1, seeds + 1):
        for joins in (0.8, 0.0):
            cut, found = relief(city, days, seed, joins)
            each = " ".join(f"{100 * share:.0f}" for share in found[1:])
            print(f"{seed} | {joins:g} | {100 * cut:.0f} | {each} | {100 * found[1:].mean():.0f}", flush=True)


if __name__ == "__main__":
    main()
