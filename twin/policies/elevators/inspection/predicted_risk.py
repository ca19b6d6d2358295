"""Visit where a visit is likely to prevent most, by what the days so far have taught."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView
from twin.policies.elevators.wear_risk import Learner


class PredictedRisk:
    """Make as many visits as rounds do, to those whose expected failures times days since the last visit are greatest.

    Where the hazard h grows with a power of the time T since maintenance, one waits with each elevator until T h(T)
    less the hazard accumulated since reaches one level, the same for all; that is in proportion to T h(T). Until enough
    failures from wear are known to learn from, the longest not visited come first.

    Parameters
    ----------
    every_days
        Mean days from visit to visit; the rule in force (15) unless it is given.
    learns_every_days
        It learns anew so often, from all days before.

    References
    ----------
    Barlow and Hunter (1960), "Optimum preventive maintenance policies", Operations Research 8(1), policy II, with one
    level for a fleet. How risk is learnt: see `twin.policies.elevators.wear_risk`.
    """

    def __init__(
        self,
        every_days: Annotated[float, Within(1, 3650)] | None = None,
        learns_every_days: Annotated[int, Within(1, 3650)] = 30,
    ) -> None:
        self._every_days = every_days
        self._learner = Learner(learns_every_days)

    def decide(self, view: InspectionView) -> Inspect:
        """Return whom to visit."""
        days = view.record.days_since_visit.astype(float)
        visits = view.visits_as_in_rounds(self._every_days)
        risk = self._learner.risk(view)
        if risk is None:
            return Inspect(view.most_urgent(days, visits))
        expected = risk.expected(view)
        who = view.most_urgent(expected * days, visits)
        return Inspect(who, expected, risk.reasons(view, who))
