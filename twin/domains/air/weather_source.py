"""The weather of a run: a user's EPW file, or drawn; with the scenario's episodes of stagnation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from twin.atmosphere.city_nights import city_lids_m
from twin.atmosphere.typical_year import draw_weather
from twin.atmosphere.weather import Weather
from twin.core.clock import HOUR_S
from twin.core.domain import WorldEvent
from twin.core.streams import Streams
from twin.domains.air.happenings import STAGNATES
from twin.domains.air.hours import DAY_H, Hours

LOWEST_LID_M: Final = 60.0
HIGHEST_LID_M: Final = 4000.0


def weather_of(
    hours: Hours, streams: Streams, year: Weather | None, events: Sequence[WorldEvent], urban_residents: float
) -> Weather:
    """Return the weather of all hours that are known.

    Parameters
    ----------
    year
        A user's typical year, or None for one that is drawn.
    events
        Of the scenario; `air_stagnates` is already in what is returned.
    urban_residents
        So many keep the nights mixed, before events are looked at; where it is 0, lids are those of open country.
    """
    if year is None:
        weather = draw_weather(streams, hours.begin.date(), hours.known // DAY_H)
    else:
        weather = year.on_calendar(hours.begin, hours.known)
    share = np.ones(hours.known)
    middle_s = hours.begins_s + HOUR_S * (np.arange(hours.known) + 0.5)
    for event in events:
        if event.kind == STAGNATES.name:
            share[(middle_s >= event.begins_s) & (middle_s < event.ends_s)] *= float(event.value)
    lid_m = np.clip(city_lids_m(weather.mixing_height_m, urban_residents) * share, LOWEST_LID_M, HIGHEST_LID_M)
    return replace(weather, wind_mps=weather.wind_mps * share, mixing_height_m=lid_m)


def weather_from(table: pd.DataFrame, hours: Hours) -> Weather:
    """Return weather of a table ``air.weather``."""
    columns: dict[str, Any] = {str(name): table[name].to_numpy(copy=True) for name in table.columns}
    return Weather(start=hours.begin, **columns)
