"""Go in rounds, and skip the safe, but not for too long."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from twin.core.decisions import Within
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView
from twin.policies.elevators.wear_risk import Learner


class OnDemand:
    """Visit whoever is due as in rounds and not safe, or has waited for the longest interval.

    Safe is of whom fewer failures from wear are expected tomorrow than `safe_below` times the fleet's mean. Until
    enough failures are known to learn from, nobody is safe.

    Parameters
    ----------
    safe_below
        Share of the fleet's mean risk below which a visit is skipped.
    longest_days
        Nobody waits longer for a visit.
    learns_every_days
        It learns anew so often, from all days before.

    References
    ----------
    Maintenance on demand, piloted in Shanghai since July 2020 (press); both numbers are assumed.
    """

    def __init__(
        self,
        safe_below: Annotated[float, Within(0, 100)] = 1.0,
        longest_days: Annotated[int, Within(1, 3650)] = 45,
        learns_every_days: Annotated[int, Within(1, 3650)] = 30,
    ) -> None:
        self._safe_below = safe_below
        self._longest_days = longest_days
        self._learner = Learner(learns_every_days)

    def decide(self, view: InspectionView) -> Inspect:
        """Return whom to visit."""
        days = view.record.days_since_visit.astype(float)
        due = days >= view.round_days
        risk = self._learner.risk(view)
        if risk is None:
            return Inspect(view.most_urgent(np.where(due, days, -np.inf)))
        expected = risk.expected(view)
        late = days >= self._longest_days
        wanted = late | (due & (expected >= self._safe_below * expected.mean()))
        urgency = np.where(late, 1e6, 1.0) * expected * days
        who = view.most_urgent(np.where(wanted, urgency, -np.inf))
        return Inspect(who, expected, risk.reasons(view, who))
