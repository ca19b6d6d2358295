"""What every source emits in an hour: ordinary, as it is under measures, and as the city is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.air.activity import Activity
from twin.domains.air.hours import Hours
from twin.domains.air.inventory import Inventory
from twin.domains.air.parameters import AirParameters
from twin.domains.air.roads import FREE, RoadRule

if TYPE_CHECKING:
    from twin.city.road_volumes import RoadVolumes

Floats = NDArray[np.float64]


class Emissions:
    """Reckons emissions by hour; g/s, shape (sources, species).

    Parameters
    ----------
    days
        The table ``air.days``: what each enterprise emits on a day, relative to its ordinary emission.
    """

    def __init__(self, inventory: Inventory, hours: Hours, days: pd.DataFrame, parameters: AirParameters) -> None:
        self._inventory, self._hours = inventory, hours
        self._activity = Activity(parameters)
        sources = inventory.sources
        self._plants = sources.plants
        self._load = days["load"].to_numpy(np.float64).reshape(-1, sources.plants)
        self._roads = sources.of_kind("roads")

    def activity(self, hour: int) -> Floats:
        """Return what each source's yearly mean is multiplied by, shape (sources,); 0 for roads."""
        factor = self._activity.at(self._hours.moment(hour))[self._inventory.sources.kind]
        factor[self._roads] = 0.0
        return np.asarray(factor)

    def _roads_of(self, hour: int, lived: RoadVolumes | None, rule: RoadRule = FREE) -> Floats:
        """Return what roads would emit by vehicle without any rule, shape (vehicles, cells, species).

        Lived roads have been thinned by the rule; what it kept at home is added in proportion.
        """
        if lived is None:
            return self._inventory.roads.ordinary(self._hours.moment(hour).hour)
        return self._inventory.roads.unthinned(self._inventory.roads.lived(lived), rule)

    def ordinary(self, hour: int, lived: RoadVolumes | None = None, rule: RoadRule = FREE) -> Floats:
        """Return what is emitted in an hour if nothing is cut and nobody cheats; ``rule`` holds for lived roads."""
        gps = self._inventory.sources.gps * self.activity(hour)[:, None]
        gps[: self._plants] *= self._load[self._hours.day(hour)][:, None]
        gps[self._roads] = self._roads_of(hour, lived, rule).sum(axis=0)
        return np.asarray(gps)

    def under(
        self, ordinary: Floats, cut: Floats, rule: RoadRule, more: Floats, hour: int, lived: RoadVolumes | None
    ) -> Floats:
        """Return what is emitted under measures.

        Parameters
        ----------
        ordinary
            As returned by `ordinary`.
        cut
            Share that each source leaves out, shape (sources,).
        rule
            What holds for traffic.
        more
            What enterprises emit over it in secret: a factor, shape (enterprises,).
        """
        gps = ordinary * (1 - cut)[:, None]
        gps[: self._plants] *= more[:, None]
        if rule.cars or rule.lorries_inside:
            gps[self._roads] = self._inventory.roads.under(self._roads_of(hour, lived, rule), rule)
        return np.asarray(gps)

    def known(self, hour: int, ratio: Floats, cut: Floats, rule: RoadRule) -> Floats:
        """Return what the city believes to be emitted.

        Parameters
        ----------
        ratio
            What it knows of each enterprise relative to its ordinary emission, shape (enterprises,).
        cut, rule
            What is to be left out, shape (sources,), and what holds for traffic: it believes that all is kept.
        """
        gps = self._inventory.sources.gps * (self.activity(hour) * (1 - cut))[:, None]
        gps[: self._plants] *= ratio[:, None]
        gps[self._roads] = self._inventory.roads.under(self._roads_of(hour, None), rule)
        return np.asarray(gps)

    def load(self, hour: int) -> Floats:
        """Return what each enterprise emits on the day of an hour, relative to its ordinary emission."""
        return np.asarray(self._load[self._hours.day(hour)])
