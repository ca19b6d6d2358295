"""What the city is told by meters: of whom, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.air.connections import EMISSION_FEED

if TYPE_CHECKING:
    from twin.core.brain import Brain


class Meters:
    """Says what the city knows of each enterprise, relative to its ordinary emission.

    A meter shows what is emitted of an ordinary production; what is emitted in secret passes it by.

    Parameters
    ----------
    plants, outages
        The tables ``air.plants`` and ``air.meters``.
    """

    def __init__(self, brain: Brain, plants: pd.DataFrame, outages: pd.DataFrame) -> None:
        self._brain = brain
        self._reported = plants["reported"].to_numpy(np.float64)
        self._draw = plants["feed_draw"].to_numpy(np.float64)
        self._outages = outages
        self.failing_share = 0.0

    def ratio(self, hour: int, load: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return it, shape (enterprises,): by the meter where the city reads it, else by the yearly figure."""
        setting = self._brain.connection(EMISSION_FEED.name)
        works = setting.on and self._brain.works(EMISSION_FEED.name, -1.0)
        read = (self._draw < setting.share) & (self._draw[::-1] >= self.failing_share) if works else self._draw < -1
        out = self._outages
        broken = out["plant"].to_numpy()[(out["from_hour"] <= hour) & (out["until_hour"] > hour)]
        read = np.array(read)
        read[broken] = False
        return np.where(read, load, self._reported)
