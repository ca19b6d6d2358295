"""What is drawn before any policy acts: the days' chance of enterprises, meters, air from elsewhere, and forecasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.atmosphere.weather import Weather
from twin.domains.air.parameters import AirParameters

Draw = Callable[[str], np.random.Generator]

KNOT_H: Final = 12
"""Errors of a forecast are drawn for leads that lie so far apart."""
HORIZON_H: Final = 104
"""A forecast of the afternoon reaches to the end of the third day after the one to come."""
KNOTS: Final = HORIZON_H // KNOT_H + 2
FORECAST_COLUMNS: Final = ("wind", "mixing", "direction", "humidity", "temperature")


def draw_days(draw: Draw, days: int, plants: int, parameters: AirParameters) -> pd.DataFrame:
    """Draw, for each day and enterprise, what it emits relative to its ordinary emission, and what visits find."""
    normal = draw("load").standard_normal((days, plants))
    sigma = parameters.load_sigma
    return pd.DataFrame(
        {
            "day": np.repeat(np.arange(days, dtype=np.int32), plants),
            "plant": np.tile(np.arange(plants, dtype=np.int32), days),
            "load": np.exp(sigma * normal - sigma**2 / 2).ravel().astype(np.float32),
            "found_draw": draw("found").random((days, plants)).ravel().astype(np.float32),
        }
    )


def draw_meters(draw: Draw, hours: int, plants: int, parameters: AirParameters) -> pd.DataFrame:
    """Draw when meters fail: a row for each outage, with the hours (of the run's hours) at which it begins and ends."""
    fails = (1 - parameters.meter_share) / parameters.meter_share / parameters.meter_outage_h
    counts = draw("count").poisson(fails * hours, plants)
    begins = draw("begin").random(int(counts.sum())) * hours
    lasts = draw("last").standard_exponential(int(counts.sum())) * parameters.meter_outage_h
    return pd.DataFrame(
        {
            "plant": np.repeat(np.arange(plants, dtype=np.int32), counts),
            "from_hour": np.floor(begins).astype(np.int32),
            "until_hour": np.ceil(begins + lasts).astype(np.int32),
        }
    )


def draw_plants(draw: Draw, plants: int, parameters: AirParameters) -> pd.DataFrame:
    """Draw who cheats under a warning, whose meter the city reads, and how far reports are from what is emitted."""
    sigma = parameters.reported_sigma
    return pd.DataFrame(
        {
            "reported": np.exp(sigma * draw("reported").standard_normal(plants) - sigma**2 / 2),
            "cheats": draw("cheats").random(plants) < parameters.cheat_share,
            "feed_draw": draw("feed").random(plants).astype(np.float32),
        }
    )


def draw_hours(draw: Draw, hours: int, stations: int, parameters: AirParameters) -> pd.DataFrame:
    """Draw what differs by chance in each hour: air from the region, and errors of the stations."""
    keeps = np.exp(-1 / parameters.background_memory_h)
    steps = draw("background").standard_normal(hours) * np.sqrt(1 - keeps**2)
    level = np.empty(hours)
    now = float(draw("background_begin").standard_normal())
    for hour in range(hours):
        now = keeps * now + steps[hour]
        level[hour] = now
    sigma = parameters.background_sigma
    columns = {"hour": np.arange(hours, dtype=np.int32), "inflow": np.exp(sigma * level - sigma**2 / 2)}
    error = np.exp(parameters.station_error * draw("station_error").standard_normal((hours, stations)))
    return pd.DataFrame(columns | {f"error_{place + 1}": error[:, place] for place in range(stations)})


def draw_forecasts(draw: Draw, days: int, parameters: AirParameters) -> pd.DataFrame:
    """Draw the errors of each afternoon's forecasts: standard normal, for each member and lead.

    Member 0 is how far the forecast is from what comes; the others are spread around the forecast.
    """
    members = parameters.forecast_members + 1
    rows = days * members * KNOTS
    columns: dict[str, NDArray[np.generic]] = {
        "day": np.repeat(np.arange(days, dtype=np.int32), members * KNOTS),
        "member": np.tile(np.repeat(np.arange(members, dtype=np.int32), KNOTS), days),
        "knot": np.tile(np.arange(KNOTS, dtype=np.int32), days * members),
    }
    normal = {name: draw(name).standard_normal(rows).astype(np.float32) for name in FORECAST_COLUMNS}
    return pd.DataFrame(columns | normal)


def weather_frame(weather: Weather) -> pd.DataFrame:
    """Return weather as a table, a row an hour."""
    names = (
        "wind_mps", "wind_from_deg", "temperature_c", "humidity_percent", "pressure_hpa", "radiation_wm2",
        "cloud_tenths", "stability", "mixing_height_m", "rain_mm",
    )  # fmt: skip
    return pd.DataFrame({name: getattr(weather, name) for name in names})
