"""A rule that always answers the same is not asked, and nothing changes by that."""

from __future__ import annotations

import pytest
from support.cities import small_city
from support.runs import run_emergency

from twin.domains.emergency.decisions import RedispatchView, StandbyView
from twin.domains.emergency.parameters import EmergencyParameters
from twin.domains.emergency.questions import DECISIONS
from twin.policies.emergency.redispatch.never import never
from twin.policies.emergency.standby.home_station import home_station
from twin.policies.registry import rule_names

BUSY = EmergencyParameters(calls_per_day=900.0, dispatches_per_day=800.0, patients_per_day=500.0)


@pytest.mark.parametrize("decision", [one for one in DECISIONS if one.silent_rule], ids=lambda one: one.name)
def test_the_silent_rule_is_a_built_in_one(decision):
    assert decision.silent_rule in rule_names(decision)


def test_asking_the_silent_rules_changes_nothing_but_the_record_of_questions():
    """Were one of them to look at what it sees, leaving the question out would change the run."""

    def asked_never(view: RedispatchView):
        return never(view)

    def asked_home(view: StandbyView):
        return home_station(view)

    city = small_city(side=7, stations=3, crews=2)
    _, silent = run_emergency(city, BUSY, rules={"redispatch": never, "standby": home_station}, hours=4)
    _, asked = run_emergency(city, BUSY, rules={"redispatch": asked_never, "standby": asked_home}, hours=4)
    assert "emergency.decisions.standby" not in silent
    assert len(asked["emergency.decisions.standby"]) > 5
    for name in ("emergency.calls", "emergency.vehicles", "emergency.trips", "emergency.hospitals"):
        assert silent[name].equals(asked[name]), name
