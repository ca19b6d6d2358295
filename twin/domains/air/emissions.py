"""What every source emits in an hour: ordinary, as it is under measures, and as the city is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.air.activity import Activity
from twin.domains.air.hours import Hours
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import KINDS
from twin.domains.air.parameters import AirParameters
from twin.domains.air.roads import RoadRule

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

    def _roads_of(self, hour: int, lived: RoadVolumes | None) -> Floats:
        """Return what roads emit by vehicle without any rule, shape (vehicles, cells, species)."""
        if lived is not None:
            return self._inventory.roads.lived(lived)
        return self._inventory.roads.ordinary(self._hours.moment(hour).hour)

    def ordinary(self, hour: int, lived: RoadVolumes | None = None) -> Floats:
        """Return what is emitted in an hour if nothing is cut and nobody cheats."""
        gps = self._inventory.sources.gps * self.activity(hour)[:, None]
        gps[: self._plants] *= self._load[self._hours.day(hour)][:, None]
        gps[self._roads] = self._roads_of(hour, lived).sum(axis=0)
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
            by_vehicle = self._roads_of(hour, lived)
            gps[self._roads] = self._inventory.roads.under(by_vehicle, rule, lived=lived is not None)
        return np.asarray(gps)

    def reported(self, hour: int, species: slice = slice(None)) -> Floats:
        """Return what yearly figures say an hour emits: without the day's chance, and ordinary roads."""
        gps = self._inventory.sources.gps * self.activity(hour)[:, None]
        gps[self._roads] = self._inventory.roads.ordinary(self._hours.moment(hour).hour).sum(axis=0)
        return np.asarray(gps[:, species])


def kinds_of(codes: NDArray[np.int8]) -> list[str]:
    """Return the names of kinds."""
    return [KINDS[code] for code in codes.tolist()]
