"""A year of Zhengzhou's air in the twin, nobody warned: means, shares, months, and what the fitted factors should be.

    python tests/bench/air_year.py [seed]

A minute and a quarter of one core. The factors that are printed bring the year to the target when they stand in
``twin/domains/air/parameters_sources.toml``; that of traffic, which acts on dust alone, needs a second round.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from twin.city.city import City
from twin.city.map import read_map
from twin.city.section import RoadParameters
from twin.core.clock import DAY_S, Clock
from twin.core.streams import Streams
from twin.domains.air.city_air import LIVED, CityAir
from twin.domains.air.emissions import Emissions
from twin.domains.air.hours import Hours
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import GROUPS, POLLUTANTS
from twin.domains.air.parameters import AirParameters
from twin.domains.air.tables import draw_days, draw_hours
from twin.domains.air.weather_source import weather_of

DAYS: Final = 364
TARGET_UGM3: Final = 67.0
SHARES: Final = {
    "coal": 16.0, "process": 4.8, "traffic": 14.9, "dust": 6.5, "biomass": 2.8, "inorganic": 37.5, "organic": 15.4,
}  # fmt: skip
"""Per cent, 2017-18 (环境科学 2021 42(5) 2179); they add up to 97.9."""


def year(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return station concentrations (hours, pollutants, stations) and PM2.5 by group (hours, groups)."""
    city = City(read_map(Path(__file__).parents[2] / "maps" / "zhengzhou"), RoadParameters())
    given = AirParameters()
    inventory = Inventory.of(city, given)
    hours = Hours.of(Clock(datetime(2018, 1, 1), 0.0, DAY_S * DAYS), given.spin_up_days)
    streams = Streams(seed, 0)
    weather = weather_of(hours, streams, None, ())
    chance = draw_hours(
        lambda column: streams("air", "hours", column), hours.known, inventory.receptors.stations, given
    )
    loads = draw_days(lambda column: streams("air", "days", column), hours.days, inventory.sources.plants, given)
    emissions = Emissions(inventory, hours, loads, given)
    air = CityAir(inventory, hours, weather, chance, given)
    stations, groups = [], []
    for hour in range(hours.last):
        gps = emissions.ordinary(hour)
        found = air.live(hour, gps, gps, region_joins=False)
        if hour >= hours.first:
            stations.append(found.stations[0])
            groups.append(found.groups[LIVED].mean(axis=1))
    return np.array(stations), np.array(groups)


def main() -> None:
    """Print the year."""
    begun = time.process_time()
    stations, groups = year(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    print(f"{time.process_time() - begun:.0f} s of one core, the map included")
    print("means, µg/m³:", dict(zip(POLLUTANTS, stations.mean(axis=(0, 2)).round(1).tolist(), strict=True)))
    mean = dict(zip(GROUPS, groups.mean(axis=0).tolist(), strict=True))
    print("shares, %:", {name: round(100 * value / sum(mean.values()), 1) for name, value in mean.items()})
    daily = stations[:, 0].mean(axis=1).reshape(-1, 24).mean(axis=1)
    print("days, 5, 25, 50, 75, 95 %:", np.quantile(daily, [0.05, 0.25, 0.5, 0.75, 0.95]).round().tolist())
    print("days above 150:", round(float((daily > 150).mean()), 3))
    print("thirty days each:", [round(float(part.mean())) for part in np.array_split(daily[:360], 12)])
    about = daily - daily.mean()
    lags = [float((about[lag:] * about[:-lag]).mean() / (about**2).mean()) for lag in (1, 2, 3)]
    print("correlation with 1, 2, 3 days before:", np.round(lags, 2).tolist())
    now = AirParameters().fitted_factors
    left = TARGET_UGM3 - mean["clean_air"]
    for name, share in SHARES.items():
        wanted = left * share / sum(SHARES.values())
        print(f"fitted_factors.{name}: {getattr(now, name) * wanted / mean[name]:.3f} instead of {getattr(now, name)}")


if __name__ == "__main__":
    main()
