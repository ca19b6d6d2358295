"""Visit enterprises at random."""

from __future__ import annotations

import numpy as np

from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView


class AtRandom:
    """Draw whom to visit, each as likely as the other; nobody knows the day before ("double random").

    References
    ----------
    "Double random, one public" (双随机、一公开), the rule for inspections in China since 2015.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def decide(self, view: PlantInspectionView) -> InspectPlants:
        """Return as many as can be visited."""
        count = min(view.visits_possible, len(view))
        chosen = self._random.choice(len(view), count, replace=False)
        return InspectPlants(tuple(sorted(chosen.tolist())))
