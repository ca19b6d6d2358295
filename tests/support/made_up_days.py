"""KPIs of days that nobody lived: brains whose true means are known, for studies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from twin.core.kpis import Kpi
from twin.experiment.catalogue import catalogue_of

CATALOGUE: dict[str, Kpi] = catalogue_of(["emergency"], ["erqi"])
RESPONSE = "emergency.response_min.mean"
WORST = "emergency.response_min.p90"
STEMI = "emergency.door_to_treatment_min.stemi.mean"
ANSWER = "emergency.answer_s.p95"


class MadeUpDays:
    """Lives days of brains by drawing them: all share a day's luck, and each has its own mean and noise.

    Parameters
    ----------
    means
        True mean of each brain's response.
    """

    def __init__(self, means: Mapping[str, float], *, shared_sd: float = 2.0, own_sd: float = 0.2, seed: int = 1):
        generator = np.random.default_rng(seed)
        shared = generator.normal(0, shared_sd, 1000)
        self.lived: dict[str, int] = dict.fromkeys(means, 0)
        self.asked: list[dict[str, int]] = []
        self._values = {brain: mean + shared + generator.normal(0, own_sd, 1000) for brain, mean in means.items()}
        self._rare = generator.random(1000) < 0.3

    def __call__(self, days: Mapping[str, int]) -> dict[str, pd.DataFrame]:
        """Fits `twin.experiment.studies.enough.LiveBrains`."""
        self.asked.append(dict(days))
        self.lived = {brain: max(self.lived[brain], days.get(brain, 0)) for brain in self.lived}
        return {brain: self._table(brain, count) for brain, count in days.items()}

    def _table(self, brain: str, count: int) -> pd.DataFrame:
        response = self._values[brain][:count]
        return pd.DataFrame(
            {
                RESPONSE: response,
                WORST: np.exp(response / 10),
                STEMI: np.where(self._rare[:count], 10 * response, np.nan),
                ANSWER: 3.0,
            },
            index=pd.RangeIndex(count, name="replication"),
        )
