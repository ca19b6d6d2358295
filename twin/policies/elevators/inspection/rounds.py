"""Visit each elevator every so many days, as the rule demands."""

from __future__ import annotations

import numpy as np

from twin.domains.elevators.decisions_inspection import Inspect, InspectionView


def rounds(view: InspectionView) -> Inspect:
    """Visit whoever is due, the longest not visited first.

    Due is who was visited `round_days` ago or earlier; who does not fit into a firm's day is due the next one.

    References
    ----------
    TSG T5002-2017, the rule for the maintenance of elevators: at least every 15 days. Practised everywhere.
    """
    days = view.record.days_since_visit
    return Inspect(view.most_urgent(np.where(days >= view.round_days, days, -np.inf)))
