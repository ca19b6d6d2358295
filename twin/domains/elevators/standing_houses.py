"""Whether whoever comes to a house finds an elevator that runs: what other domains ask of this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twin.city.city import City

FARTHEST_M: Final = 500.0
"""Where no building with elevators lies so near, the house is one of which nothing is known: its elevator runs."""


class StandingHouses:
    """The field ``stopped_elevators``; see `twin.core.channels.StoppedElevators`.

    Parameters
    ----------
    any_runs
        Says whether one of these elevators runs now.
    """

    def __init__(self, city: City, fleet: pd.DataFrame, any_runs: Callable[[NDArray[np.int32]], bool]) -> None:
        from scipy.spatial import cKDTree

        self._graph = city.roads
        self._any_runs = any_runs
        self._first = np.flatnonzero(np.diff(fleet["building"].to_numpy(), prepend=-1)).astype(np.int32)
        self._until = np.append(self._first[1:], np.int32(len(fleet)))
        places = fleet.iloc[self._first]
        self._tree = cKDTree(city.roads.to_plane_m(places["lon"].to_numpy(), places["lat"].to_numpy()))

    def __call__(self, lon: float, lat: float) -> bool:
        """Say whether all elevators of the building nearest to a place stand still."""
        away_m, building = self._tree.query(self._graph.to_plane_m(np.array([lon]), np.array([lat]))[0])
        if away_m > FARTHEST_M:
            return False
        return not self._any_runs(np.arange(int(self._first[building]), int(self._until[building]), dtype=np.int32))
