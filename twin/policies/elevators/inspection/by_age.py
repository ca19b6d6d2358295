"""Visit the old more often than the young."""

from __future__ import annotations

from typing import Annotated

from twin.core.decisions import Within
from twin.domains.elevators.decisions_inspection import Inspect, InspectionView

DAYS_A_YEAR = 365.25


def by_age(
    view: InspectionView,
    power: Annotated[float, Within(0, 10)] = 1.0,
    every_days: Annotated[float, Within(1, 3650)] | None = None,
) -> Inspect:
    """Make as many visits as rounds do, to those whose age times days since the last visit is greatest.

    Parameters
    ----------
    power
        Of the age; an elevator twice as old is visited as often as its days since the last visit, 2 to this power
        times, make it due. With 0 everybody comes in turn.
    every_days
        Mean days from visit to visit; the rule in force (15) unless it is given.

    References
    ----------
    A practice: firms look after old elevators more closely. The power is assumed.
    """
    age = (view.fleet.age_years + view.day / DAYS_A_YEAR + 1.0).astype(float)
    return Inspect(view.most_urgent(age**power * view.record.days_since_visit, view.visits_as_in_rounds(every_days)))
