"""The weather as the afternoon's forecast has it: what comes, with errors that were drawn beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.atmosphere.weather import Weather
from twin.domains.air.hours import DAY_H, Hours
from twin.domains.air.parameters import AirParameters
from twin.domains.air.tables import FORECAST_COLUMNS, KNOT_H, KNOTS

Floats = NDArray[np.float64]

LOWEST_LID_M: Final = 60.0
HIGHEST_LID_M: Final = 4000.0
FASTEST_MPS: Final = 40.0


@dataclass(frozen=True, slots=True)
class WeatherForecast:
    """Hours to come; the first begins when the forecast is read.

    Attributes
    ----------
    control
        The forecast as it stands.
    wind_mps, mixing_height_m, humidity_percent, temperature_c
        Of the control and the other members, shape (hours, 1 + members).
    """

    control: Weather
    wind_mps: Floats
    mixing_height_m: Floats
    humidity_percent: Floats
    temperature_c: Floats


class Forecasts:
    """Makes forecasts.

    Parameters
    ----------
    table
        The table ``air.forecasts``.
    """

    def __init__(self, weather: Weather, hours: Hours, table: pd.DataFrame, parameters: AirParameters) -> None:
        self._weather, self._hours, self._parameters = weather, hours, parameters
        shape = (-1, parameters.forecast_members + 1, KNOTS)
        self._normal = {name: table[name].to_numpy(np.float64).reshape(shape) for name in FORECAST_COLUMNS}

    def read(self, hour: int, ahead: int, *, reaches: bool) -> WeatherForecast:
        """Return the forecast of so many hours from this one on.

        Parameters
        ----------
        reaches
            Whether a forecast reaches the city; else the last 24 hours are taken to come again and again.
        """
        given, day = self._parameters.forecast_error, self._hours.day(hour)
        if reaches:
            base = self._weather.between(self._hours.moment(hour), ahead)
            bias = self._parameters.forecast_wind_bias
        else:
            base, bias = self._repeated(hour, ahead), 1.0
        err = {name: self._errors(normal[day], ahead) for name, normal in self._normal.items()}
        wind = _spread(base.wind_mps * bias, given.wind * err["wind"])
        lid = _spread(base.mixing_height_m * bias, given.mixing * err["mixing"])
        damp = _shifted(base.humidity_percent, given.humidity_points * err["humidity"])
        warm = _shifted(base.temperature_c, given.temperature_c * err["temperature"])
        turned = (base.wind_from_deg + given.direction_deg * err["direction"][:, 0]) % 360
        wind, lid = np.clip(wind, 0.0, FASTEST_MPS), np.clip(lid, LOWEST_LID_M, HIGHEST_LID_M)
        damp = np.clip(damp, 1.0, 100.0)
        control = replace(
            base, wind_mps=wind[:, 0].copy(), mixing_height_m=lid[:, 0].copy(), humidity_percent=damp[:, 0].copy(),
            temperature_c=warm[:, 0].copy(), wind_from_deg=turned,
        )  # fmt: skip
        return WeatherForecast(control, wind, lid, damp, warm)

    def _repeated(self, hour: int, ahead: int) -> Weather:
        """Return the last 24 hours over and over."""
        known = min(DAY_H, hour)
        if known == 0:
            known = 1
        first = max(hour - known, 0)
        last = self._weather.between(self._hours.moment(first), known)
        place = np.arange(ahead) % known
        columns = (
            "wind_mps", "wind_from_deg", "temperature_c", "humidity_percent", "pressure_hpa", "radiation_wm2",
            "cloud_tenths", "stability", "mixing_height_m", "rain_mm",
        )  # fmt: skip
        picked = {name: getattr(last, name)[place] for name in columns}
        return replace(last, start=self._hours.moment(hour), **picked)

    def _errors(self, normal: Floats, ahead: int) -> Floats:
        """Return errors in units of one day's, shape (hours, 1 + members)."""
        lead = np.arange(ahead) + 0.5
        grown = self._parameters.forecast_scale * np.sqrt(lead / DAY_H)
        at = np.arange(KNOTS) * KNOT_H
        return np.stack([np.interp(lead, at, one) * grown for one in normal], axis=1)


def _spread(base: Floats, error: Floats) -> Floats:
    """Return the control, and members around it, by factors; shape (hours, 1 + members)."""
    control = base[:, None] * np.exp(error[:, :1])
    return np.concatenate([control, control * np.exp(error[:, 1:])], axis=1)


def _shifted(base: Floats, error: Floats) -> Floats:
    """Return the same by differences."""
    control = base[:, None] + error[:, :1]
    return np.concatenate([control, control + error[:, 1:]], axis=1)
