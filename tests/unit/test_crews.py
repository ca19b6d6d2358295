"""A vehicle that is called off before it has left its post does there what has waited for it."""

from __future__ import annotations

import pytest
from support.cities import small_city
from support.runs import run_emergency

from twin.domains.emergency.domain import EmergencyDomain
from twin.domains.emergency.mission import go_to_post
from twin.domains.emergency.parameters import EmergencyParameters

QUIET = EmergencyParameters(calls_per_day=0.0, dispatches_per_day=0.0, patients_per_day=0.0)


@pytest.mark.parametrize(
    ("losses", "change_due_s", "status"),
    [(0, 0.0, "at_station"), (1, 0.0, "out_of_service"), (0, 600.0, "changing_crew"), (1, 600.0, "changing_crew")],
)
def test_a_vehicle_called_off_at_its_post_is_as_it_must_be(losses: int, change_due_s: float, status: str) -> None:
    """One that is lost, or whose crew is to change, would otherwise be offered to the next call."""
    twin, _ = run_emergency(small_city(side=4, stations=1, crews=1), QUIET, hours=0.1)
    domain = twin.domains["emergency"]
    assert isinstance(domain, EmergencyDomain)
    ambulance = twin.ambulances[0]
    assert ambulance.status == "at_station"
    ambulance.losses, ambulance.changes_due = losses, change_due_s
    go_to_post(domain.service, ambulance, ambulance.post.position)
    assert ambulance.status == status
    assert domain.service.fleet.free[0] == (status == "at_station")
