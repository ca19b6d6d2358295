"""What makes the course of a day: winter weeks of the twin's air, one thing changed at a time.

    python tests/bench/air_course.py [seeds] [days]

Four weeks from 5 January, nobody warned. A row a change: highest over lowest hour of the mean course of PM2.5 at the
stations, by seed, and what the first seed has at 6 and at 15 h, with `fitted_factors` as they stand. A quarter of a
minute of one core a row and seed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from twin.atmosphere.city_nights import layer_wind_factors  # noqa: E402
from twin.atmosphere.weather import Weather  # noqa: E402
from twin.city.city import City  # noqa: E402
from twin.city.map import read_map  # noqa: E402
from twin.city.section import RoadParameters  # noqa: E402
from twin.core.clock import DAY_S, Clock  # noqa: E402
from twin.core.streams import Streams  # noqa: E402
from twin.domains.air.city_air import LIVED, CityAir  # noqa: E402
from twin.domains.air.emissions import Emissions  # noqa: E402
from twin.domains.air.hours import Hours  # noqa: E402
from twin.domains.air.inventory import Inventory  # noqa: E402
from twin.domains.air.kinds import KINDS  # noqa: E402
from twin.domains.air.parameters import AirParameters  # noqa: E402
from twin.domains.air.tables import draw_days, draw_hours  # noqa: E402
from twin.domains.air.weather_source import weather_of  # noqa: E402

START: Final = datetime(2018, 1, 5)
RESIDENTS: Final = 6_500_000.0
"""Within 18 km of the middle of the stations."""
SUNNY: Final = range(8, 18)
"""Local hours."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """What is otherwise than in the twin: a city's nights, all or some of their parts, or what else makes a course.

    ``by_sun`` is the share of the precursors' turning that happens from 8 to 18 h, in place of ten hours in 24.
    """

    city_nights: bool = False
    country_lids: bool = False
    country_classes: bool = False
    wind_of_10_m: bool = False
    homes_even: bool = False
    humidity_even: bool = False
    by_sun: float = 0.0


CHANGES: Final = {
    "as it is": Change(),
    "a city's nights": Change(city_nights=True),
    "but lids of open country": Change(city_nights=True, country_lids=True),
    "but classes E and F": Change(city_nights=True, country_classes=True),
    "but older air in 1.55 times the wind at 10 m": Change(city_nights=True, wind_of_10_m=True),
    "homes burn evenly over the day": Change(homes_even=True),
    "humidity without a course": Change(humidity_even=True),
    "half of the secondary particles made by the sun": Change(by_sun=0.5),
    "all of them": Change(by_sun=1.0),
}


def even_humidity(weather: Weather) -> Weather:
    """Return it with each day's mean humidity in all of its hours."""
    daily = weather.humidity_percent.reshape(-1, 24).mean(axis=1)
    return replace(weather, humidity_percent=np.repeat(daily, 24))


def course(inventory: Inventory, seed: int, days: int, change: Change) -> Floats:
    """Return the mean of PM2.5 over stations and days, shape (24,)."""
    given = AirParameters()
    hours = Hours.of(Clock(START, 0.0, DAY_S * days), given.spin_up_days)
    streams = Streams(seed, 0)
    lifted = change.city_nights and not change.country_lids
    weather = weather_of(hours, streams, None, (), RESIDENTS if lifted else given.urban_residents)
    if change.humidity_even:
        weather = even_humidity(weather)
    chance = draw_hours(
        lambda column: streams("air", "hours", column), hours.known, inventory.receptors.stations, given
    )
    loads = draw_days(lambda column: streams("air", "days", column), hours.days, inventory.sources.plants, given)
    inventory.transport._city_nights = change.city_nights and not change.country_classes
    emissions, air = Emissions(inventory, hours, loads, given), CityAir(inventory, hours, weather, chance, given)
    if change.city_nights and not change.wind_of_10_m:
        factors = layer_wind_factors(given.layer_wind_factor)
        air.background.setting = replace(air.background.setting, wind_factors=factors)
    if change.homes_even:
        emissions._activity._of_hour[[KINDS.index(kind) for kind in ("home_coal", "home_biomass")]] = 1.0
    found, oxidation = [], np.array(air.background.setting.oxidation_per_h)
    for hour in range(hours.last):
        sun = 24 / len(SUNNY) if hour % 24 in SUNNY else 0.0
        for part in (air.background, air.carried):
            pace = tuple((1 + change.by_sun * (sun - 1)) * oxidation)
            part.setting = replace(part.setting, oxidation_per_h=pace)
        gps = emissions.ordinary(hour)
        stations = air.live(hour, gps, gps, region_joins=False).stations[LIVED, 0]
        if hour >= hours.first:
            found.append(stations.mean())
    return np.asarray(np.array(found).reshape(-1, 24).mean(axis=0))


def main() -> None:
    """Print a row a change."""
    seeds, days = (int(word) for word in (*sys.argv[1:], *("2", "28")[len(sys.argv) - 1 :]))
    city = City(read_map(ROOT / "maps" / "zhengzhou"), RoadParameters())
    inventory = Inventory.of(city, AirParameters())
    print("change | highest over lowest hour, by seed | at 6 and 15 h, µg/m³")
    for name, change in CHANGES.items():
        found = [course(inventory, seed, days, change) for seed in range(1, seeds + 1)]
        ratios = ", ".join(f"{one.max() / one.min():.2f}" for one in found)
        print(f"{name} | {ratios} | {found[0][6]:.0f}, {found[0][15]:.0f}", flush=True)


if __name__ == "__main__":
    main()
