"""Warn by what the city's own model expects of emissions and weather."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.air.decisions_warning import AirWarningView, Warn


def forecast_live_emissions(view: AirWarningView, days_ahead: Annotated[int, Within(1, 3)] = 2) -> Warn:
    """Warn as the plan calls for if today and the next three days come as the model expects them.

    Parameters
    ----------
    days_ahead
        No warning begins before a bad day is at most so many days away.

    References
    ----------
    The article of the city brain (2021-01-07): live emissions of enterprises with weather data give early warning of
    risk. Levels by the plan of 2016. Measures are best begun 36 to 48 h before the rise (Xue 2016).
    """
    expected = view.outlook.pm25_ugm3()[0]
    return Warn(view.called_for(expected) if view.bad_within(expected, days_ahead) else 0)
