"""What published policies bring, in a region of our own: the sign, with its interval, and the rough size.

``tests/bench/published_comparison.py`` prints the same comparison with more days.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from support.region import POLICIES, Array, City, region, relative_change, serve

REPLICATIONS, DAYS, CALLS_PER_DAY = 12, 3, 220.0

pytestmark = pytest.mark.long


@cache
def the_region() -> City:
    return region()


@cache
def found(policy: str) -> tuple[Array, Array, Array]:
    """Return the share of late calls, the mean response in minutes and the busy share by replication."""
    days = [serve(the_region(), CALLS_PER_DAY, DAYS, number, POLICIES[policy]()) for number in range(REPLICATIONS)]
    late, response_min, busy = np.array([(day.late, day.response_min, day.busy) for day in days]).T
    return late, response_min, busy


def test_the_region_is_as_busy_as_those_of_the_papers():
    """With idle vehicles everywhere, or none, no policy could be told from another."""
    late, _, busy = found("closest vehicle, home stations")
    assert 0.2 < busy.mean() < 0.45
    assert 0.03 < late.mean() < 0.2


def test_waiting_where_coverage_gains_most_makes_fewer_calls_late():
    """DMEXCLP, Utrecht: -16.8 % (Jagtenberg 2015). No gain here would mean that standby has no effect."""
    change = relative_change(found("closest vehicle, home stations")[0], found("DMEXCLP")[0])
    assert change.relative + change.half < 0, change
    assert -0.35 < change.relative < -0.05, change


def test_sending_another_than_the_closest_makes_fewer_calls_late_and_all_wait_longer():
    """-18 % late, mean response +37 % (Jagtenberg 2017): else the price or the gain of the rule would be missing.

    The variant that sends the closest where none is in time gains less; it takes the longer script to see it.
    """
    late, response_min, _ = found("closest vehicle, home stations")
    own_late, own_response_min, _ = found("least coverage loss, also if late")
    change, longer = relative_change(late, own_late), relative_change(response_min, own_response_min)
    assert change.relative + change.half < 0, change
    assert -0.35 < change.relative < -0.05, change
    assert longer.relative - longer.half > 0, longer
    assert 0.05 < longer.relative < 0.5, longer
