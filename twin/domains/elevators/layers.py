"""Tomorrow's list of elevators for geographic information systems: a point for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twin.charts.layers import Layer
from twin.charts.section import StoredRun
from twin.domains.elevators.records_maintenance import MOST_REASONS
from twin.domains.elevators.report_tomorrow import list_of

_MEANING: Final = {
    "place": "place in the list, 0 the most urgent",
    "elevator": "row in the table elevators.fleet",
    "name": "number on its plate, or another name",
    "use": "what its building is for",
    "firm": "maintenance firm that has its contract",
    "floors": "floors that it serves",
    "age_years": "years since installation when the run began",
    "expected": "failures from wear that the rule expects on that day",
    "relative": "the same, relative to the fleet's mean",
    "days_since_visit": "days since its last maintenance",
    "faults": "faults since records began",
    "wear_faults": "the same by door, drive or control",
    "codes": "fault codes reported, the older the less",
    **{
        f"{name}_{place}": meaning
        for place in range(1, MOST_REASONS + 1)
        for name, meaning in (("reason", "what raises its risk"), ("times", "by what this multiplies the risk"))
    },
}


def layers(run: StoredRun, brain: str, hours: Sequence[int]) -> list[Layer]:
    """Return tomorrow's list of the first replication; hours change nothing."""
    import shapely

    listed = list_of(run, brain)
    points = shapely.to_wkb(shapely.points(listed["lon"].to_numpy(), listed["lat"].to_numpy()))
    texts = ("name", "use", *(f"reason_{place}" for place in range(1, MOST_REASONS + 1)))
    columns = {name: listed[name].to_numpy(object if name in texts else None) for name in _MEANING}
    return [Layer("elevators_tomorrow", "Point", list(points), columns, _MEANING)]
