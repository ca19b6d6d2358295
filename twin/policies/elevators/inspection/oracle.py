"""For judging only: visit by the true hazard, which nobody in any city knows."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView


def oracle(view: InspectionView, every_days: Annotated[float, Within(1, 3650)] | None = None) -> Inspect:
    """Make as many visits as rounds do, to those whose true hazard times days since the last visit is greatest.

    What `predicted_risk` would do if it knew each elevator's hazard. It is no policy for a city: the twin shows it what
    cannot be known, so that the distance of others from it can be told.

    Parameters
    ----------
    every_days
        Mean days from visit to visit; the rule in force (15) unless it is given.

    References
    ----------
    Barlow and Hunter (1960), as in `predicted_risk`.
    """
    urgency = view.true_hazard * view.record.days_since_visit
    return Inspect(view.most_urgent(urgency, view.visits_as_in_rounds(every_days)), view.true_hazard)
