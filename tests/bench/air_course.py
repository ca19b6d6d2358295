"""What makes the course of a day: winter weeks of the twin's air, one thing changed at a time.

    python tests/bench/air_course.py [seeds] [days]

Four weeks from 5 January, nobody warned. A row a change: highest over lowest hour of the mean course of PM2.5 at the
stations, by seed, and what the first seed has at 6 and at 15 h. A quarter of a minute of one core a row and seed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from twin.atmosphere.section import WeatherParameters  # noqa: E402
from twin.atmosphere.stability import D  # noqa: E402
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
NIGHT_LID_M: Final = 540.0
"""400 m times the fourth root of 6.5 over 2 million residents, as AERMOD mixes a city's nights (recalled)."""
Floats = NDArray[np.float64]
Change = Callable[[Weather], Weather]


def same(weather: Weather) -> Weather:
    """Return the weather as it was drawn."""
    return weather


def even_humidity(weather: Weather) -> Weather:
    """Return it with each day's mean humidity in all of its hours."""
    daily = weather.humidity_percent.reshape(-1, 24).mean(axis=1)
    return replace(weather, humidity_percent=np.repeat(daily, 24))


def even_wind(weather: Weather) -> Weather:
    """Return it without what wind has more of by day than by night; each day keeps its mean."""
    hour = np.arange(24) + 0.5
    course = 1.0 + WeatherParameters().afternoon_wind * np.cos(2 * np.pi * (hour - 15.0) / 24.0)
    daily = weather.wind_mps.reshape(-1, 24)
    wind = daily / course
    wind *= daily.mean(axis=1, keepdims=True) / wind.mean(axis=1, keepdims=True)
    return replace(weather, wind_mps=wind.ravel())


def never_stable(weather: Weather) -> Weather:
    """Return it with class D in place of E and F."""
    return replace(weather, stability=np.minimum(weather.stability, np.int8(D)))


def mixed_by_the_city(weather: Weather) -> Weather:
    """Return it with no lid lower than over a city."""
    return replace(weather, mixing_height_m=np.maximum(weather.mixing_height_m, NIGHT_LID_M))


def city_nights(weather: Weather) -> Weather:
    """Return it with both."""
    return never_stable(mixed_by_the_city(weather))


CHANGES: Final[dict[str, tuple[Change, Change, bool]]] = {
    "as it is": (same, same, False),
    "homes burn evenly over the day": (same, same, True),
    "humidity without a course": (even_humidity, same, False),
    "older air in a wind without a course": (same, even_wind, False),
    "no class E or F": (never_stable, same, False),
    f"no lid below {NIGHT_LID_M:g} m": (mixed_by_the_city, same, False),
    "the last three together": (city_nights, even_wind, False),
}
"""What changes the weather, what changes it for older air and the region besides, and whether homes burn evenly."""


def course(inventory: Inventory, seed: int, days: int, change: tuple[Change, Change, bool]) -> Floats:
    """Return the mean of PM2.5 over stations and days, shape (24,)."""
    given = AirParameters()
    hours = Hours.of(Clock(START, 0.0, DAY_S * days), given.spin_up_days)
    streams = Streams(seed, 0)
    of_all, of_older, homes_even = change
    weather = of_all(weather_of(hours, streams, None, (), given.urban_residents))
    chance = draw_hours(
        lambda column: streams("air", "hours", column), hours.known, inventory.receptors.stations, given
    )
    loads = draw_days(lambda column: streams("air", "days", column), hours.days, inventory.sources.plants, given)
    emissions, air = Emissions(inventory, hours, loads, given), CityAir(inventory, hours, weather, chance, given)
    air._weather = of_older(weather)
    if homes_even:
        emissions._activity._of_hour[[KINDS.index(kind) for kind in ("home_coal", "home_biomass")]] = 1.0
    found = []
    for hour in range(hours.last):
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
