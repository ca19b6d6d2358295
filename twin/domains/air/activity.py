"""How much of its yearly mean a source emits in an hour of a date: night, working hours, season of heating."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.air.kinds import KINDS, PLANT_KINDS
from twin.domains.air.parameters import AirParameters

DAY_BEGINS_H, NIGHT_BEGINS_H = 7, 22
SITES_FROM_H, SITES_UNTIL_H = 6, 19
HOME_BY_HOUR: Final = (
    0.6, 0.5, 0.4, 0.4, 0.5, 0.9, 1.6, 1.7, 1.2, 0.9, 0.8, 1.0,
    1.1, 0.8, 0.7, 0.8, 1.1, 1.5, 1.7, 1.6, 1.4, 1.2, 0.9, 0.7,
)  # fmt: skip
"""When homes burn; assumed."""
DAYS_A_YEAR: Final = 365.25
BIOMASS_IN_SEASON: Final = 0.5


class Activity:
    """Says what each kind's yearly mean is multiplied by.

    Parameters
    ----------
    parameters
        With the season of heating and the share of production at night.
    """

    def __init__(self, parameters: AirParameters) -> None:
        self._from = (parameters.heating_from[0], parameters.heating_from[1])
        self._until = (parameters.heating_until[0], parameters.heating_until[1])
        season = sum(self.heats(date(2019, 1, 1) + timedelta(days=day)) for day in range(365)) / DAYS_A_YEAR
        self._of_hour = np.stack([_by_hour(kind, parameters) for kind in KINDS])
        self._by_season = np.ones((2, len(KINDS)))
        for place, kind in enumerate(KINDS):
            if kind == "home_coal" or (kind in PLANT_KINDS and getattr(parameters.plant_kinds, kind).heating_only):
                self._by_season[:, place] = 0.0, 1 / season if season else 0.0
            elif kind == "home_biomass" and 0 < season < 1:
                self._by_season[:, place] = (1 - BIOMASS_IN_SEASON) / (1 - season), BIOMASS_IN_SEASON / season

    def heats(self, day: date) -> bool:
        """Say whether a day lies in the season of heating."""
        today = (day.month, day.day)
        if self._from <= self._until:
            return self._from <= today <= self._until
        return today >= self._from or today <= self._until

    def at(self, moment: datetime) -> NDArray[np.float64]:
        """Return the factor of each kind in the hour that holds a moment, shape (kinds,)."""
        season = self._by_season[int(self.heats(moment.date()))]
        return np.asarray(self._of_hour[:, moment.hour] * season)


def _by_hour(kind: str, parameters: AirParameters) -> NDArray[np.float64]:
    """Return what the hours of a day have of its mean, shape (24,); roads have their own."""
    hours = np.arange(24)
    weight = np.ones(24)
    if kind in PLANT_KINDS:
        at_night = getattr(parameters.plant_kinds, kind).at_night
        weight = np.where((hours >= DAY_BEGINS_H) & (hours < NIGHT_BEGINS_H), 1.0, at_night)
    elif kind == "building_sites":
        weight = np.where((hours >= SITES_FROM_H) & (hours < SITES_UNTIL_H), 1.0, 0.05)
    elif kind in ("home_coal", "home_biomass"):
        weight = np.array(HOME_BY_HOUR)
    return np.asarray(weight / weight.mean())
