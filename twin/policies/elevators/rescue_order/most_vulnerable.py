"""Those with the most vulnerable people come first."""

from __future__ import annotations

import numpy as np

from twin.domains.elevators.decisions_rescue import RescueInOrder, RescueOrderView


def most_vulnerable(view: RescueOrderView) -> RescueInOrder:
    """Look for workers first where most old people, children, pregnant women and patients are; then where most are.

    References
    ----------
    Triage, as fire brigades practise it when many call at once.
    """
    cases = view.cases
    order = np.lexsort((-cases.waiting_s, -cases.people.astype(np.int64), -cases.vulnerable.astype(np.int64)))
    return RescueInOrder(tuple(cases.case[order].tolist()))
