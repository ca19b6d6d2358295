"""A year of Zhengzhou's air in the twin, nobody warned: means, shares, months, and what the fitted factors should be.

    python tests/bench/air_year.py [seed]
    python tests/bench/air_year.py SEED YEARS FIRST_DAY FILE.csv

The second way writes days as `twin validate air` and the rule `learned_days` read them: so was
``scenarios/tables/days_of_the_twin.csv`` made (``9001 2 2016-01-01``; a year has 364 days here).
Two minutes of one core. Stations are in the order of ``air.stations``. The factors that are printed bring the year to
the target when they stand in ``twin/domains/air/parameters_sources.toml``; that of traffic, which acts on dust alone,
needs a second round.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from twin.atmosphere.daily_record import DailyRecord
from twin.atmosphere.days_of_weather import days_of_weather
from twin.atmosphere.weather import Weather
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

SEASON_DAYS: Final = DAYS / 12
SEASONS: Final = {
    "year": range(12), "winter": (11, 0, 1), "spring": (2, 3, 4), "summer": (5, 6, 7), "autumn": (8, 9, 10),
}  # fmt: skip
"""Twelfths of a year that begins in January."""


def days_of_years(seed: int, years: int, start: datetime) -> DailyRecord:
    """Return days as stations measure them, with their weather."""
    stations, _, weather = year(seed, start, years * DAYS)
    daily = stations[:, 0].mean(axis=1).reshape(-1, 24).mean(axis=1)
    return days_of_weather(weather.between(start, len(daily) * 24), daily)


def year(seed: int, start: datetime = datetime(2018, 1, 1), days: int = DAYS) -> tuple[np.ndarray, np.ndarray, Weather]:
    """Return station concentrations (hours, pollutants, stations), PM2.5 by group (hours, groups), and the weather."""
    city = City(read_map(Path(__file__).parents[2] / "maps" / "zhengzhou"), RoadParameters())
    given = AirParameters()
    inventory = Inventory.of(city, given)
    hours = Hours.of(Clock(start, 0.0, DAY_S * days), given.spin_up_days)
    streams = Streams(seed, 0)
    weather = weather_of(hours, streams, None, (), given.urban_residents)
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
    return np.array(stations), np.array(groups), weather


def write_days(days: DailyRecord, path: Path) -> None:
    """Write days as a table, to a hundredth."""
    names = [name for name in days.columns if name != "pm25_ugm3"]
    rows = [",".join(["date", "pm25_ugm3", *names])]
    for row, day in enumerate(days.dates):
        rows.append(",".join([str(day), *(f"{days.columns[name][row]:.2f}" for name in ("pm25_ugm3", *names))]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def print_places_and_hours(stations: np.ndarray) -> None:
    """Print what differs from station to station, from season to season, and from hour to hour; a year from January."""
    pm25, no2 = (stations[:, POLLUTANTS.index(name)] for name in ("pm25", "no2"))
    print("stations, PM2.5:", pm25.mean(axis=0).round().tolist())
    print("stations, NO2:", no2.mean(axis=0).round().tolist())
    season = np.arange(len(pm25)) // 24 % DAYS // SEASON_DAYS
    for name, months in SEASONS.items():
        own = np.isin(season, months)
        course = pm25[own].mean(axis=1).reshape(-1, 24).mean(axis=0)
        print(f"{name}: NO2 {no2[own].mean():.1f}; PM2.5 by hour", course.round().astype(int).tolist(),
              f"highest over lowest {course.max() / course.min():.2f}")  # fmt: skip


def main() -> None:
    """Print the year, or write days."""
    if len(sys.argv) == 5:
        seed, years, first, path = sys.argv[1:]
        write_days(days_of_years(int(seed), int(years), datetime.fromisoformat(first)), Path(path))
        return
    begun = time.process_time()
    stations, groups, _ = year(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
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
    print_places_and_hours(stations)
    now = AirParameters().fitted_factors
    left = TARGET_UGM3 - mean["clean_air"]
    for name, share in SHARES.items():
        wanted = left * share / sum(SHARES.values())
        print(f"fitted_factors.{name}: {getattr(now, name) * wanted / mean[name]:.3f} instead of {getattr(now, name)}")


if __name__ == "__main__":
    main()
