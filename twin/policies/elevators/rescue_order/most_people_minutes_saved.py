"""Those come first where a worker's minute frees most people."""

from __future__ import annotations

import numpy as np

from twin.domains.elevators.decisions_rescue import RescueInOrder, RescueOrderView


def most_people_minutes_saved(view: RescueOrderView) -> RescueInOrder:
    """Look for workers by people for each second that freeing them takes (drive and release), the most first.

    For one worker who drives anew to each it makes the sum of people's waiting least.

    References
    ----------
    Smith (1956), "Various optimizers for single-stage production", Naval Research Logistics Quarterly 3.
    """
    cases = view.cases
    worth = cases.people / (view.nearest_s + view.release_s)
    order = np.lexsort((-cases.waiting_s, -worth))
    return RescueInOrder(tuple(cases.case[order].tolist()))
