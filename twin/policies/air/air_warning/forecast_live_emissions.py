"""Warn by what the city's own model expects of emissions and weather."""

from __future__ import annotations

from twin.domains.air.decisions_warning import AirWarningView, Warn


def forecast_live_emissions(view: AirWarningView) -> Warn:
    """Warn as the plan calls for if today and the next three days come as the model expects them.

    References
    ----------
    The article of the city brain (2021-01-07): live emissions of enterprises with weather data give early warning of
    risk. Levels by the plan of 2016.
    """
    return Warn(view.called_for(view.outlook.pm25_ugm3()[0]))
