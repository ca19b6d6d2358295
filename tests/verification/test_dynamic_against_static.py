"""Drivers who live the same day again and again end where the theory of equilibrium says; see docs/validation.md."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from support.flows import demand, network, sioux_falls
from support.repeated_days import STEP_MS, RepeatedDays, drivers_of

from twin.city.equilibrium import user_equilibrium
from twin.city.flow_network import FlowNetwork
from twin.kernels.road_network import LinkTimes, triangular

UNIT_S = 36.0
"""LeBlanc's unit of time, a hundredth of an hour; what stands for a day in his problem stands for an hour here."""
SPEED_MPS = 50 / 3.6
INTERVAL_MS = 300_000


def sioux_falls_links(net: FlowNetwork) -> LinkTimes:
    """Return links as long as their free-flow time at 50 km/h says, with as many lanes as their capacity needs."""
    lanes = np.ceil(net.capacity_per_h / 1800)
    return triangular(net.free_flow_s * UNIT_S * SPEED_MPS, lanes, SPEED_MPS, net.capacity_per_h / lanes, 0.15, STEP_MS)


def objective(net: FlowNetwork, flow: np.ndarray) -> float:
    """Return Beckmann's objective of flows."""
    assert net.delay is not None
    delay = net.delay.b * flow * (flow / net.capacity_per_h) ** net.delay.power / (net.delay.power + 1)
    return float((net.free_flow_s * (flow + delay)).sum())


@pytest.mark.parametrize(
    ("share", "days", "near", "excess"),
    [(0.05, 3, 0.001, 1e-5), (0.10, 6, 0.002, 1e-4), (0.15, 12, 0.01, 5e-4)],
)
def test_sioux_falls_at_low_demand_nears_the_static_user_equilibrium(
    share: float, days: int, near: float, excess: float
) -> None:
    """Mean time of a trip against the static one, and the dynamic flows in the static problem's own objective.

    Of the published demand 5, 10 and 15 % load the fullest link to 0.28, 0.57 and 0.85 of its capacity. The static time
    of a link rises before it is full, the queue's does not, so that they part with the load.
    """
    net, od, _ = sioux_falls()
    static = user_equilibrium(net, dataclasses.replace(od, trips=od.trips * share), gap=1e-9)
    drivers = drivers_of(od, share, hours=1.0)
    last = RepeatedDays(net, sioux_falls_links(net), drivers, INTERVAL_MS).live(days)[-1]
    static_s = float(static.flow_per_h @ static.time_s) * UNIT_S / (od.trips.sum() * share)
    assert last.trip_ms.mean() / 1000 == pytest.approx(static_s, rel=near)
    above = objective(net, last.entered.astype(float)) / static.objective_s - 1
    trips = len(drivers.origin) / (od.trips.sum() * share) - 1  # whole drivers: not quite as many as in the matrix
    assert -1e-4 < above - trips < excess
    assert last.gap < 1e-3, "hardly anybody could have gained"


def test_repeated_days_take_time_from_everybody_where_the_shortest_way_is_too_narrow() -> None:
    """At a fifth of the published demand one link is overloaded; the first day all drive it."""
    net, od, _ = sioux_falls()
    days = RepeatedDays(net, sioux_falls_links(net), drivers_of(od, 0.2, hours=1.0), INTERVAL_MS).live(8)
    assert days[0].gap > 5 * days[-1].gap
    assert days[-1].trip_ms.mean() < 0.75 * days[0].trip_ms.mean()


def test_two_ways_are_shared_as_the_bottleneck_model_says() -> None:
    """3,000 drivers in an hour, a way of 600 s through a bottleneck of 1,800 an hour, and a free one of 900 s.

    All take the short way until its queue costs 300 s, after t = 1800 x 300 s / (3000 - 1800) = 450 s, and from then on
    as many as the bottleneck serves: 3000 t + 1800 (1 h - t) = 1,950; nobody can gain. Mean time of a trip: 600 s and
    half of 300 s within t, 900 s after it, 881.25 s.
    """
    net = network((0, 2, 300, 0, 1, 1), (2, 1, 300, 0, 1, 1), (0, 3, 450, 0, 1, 1), (3, 1, 450, 0, 1, 1))
    links = LinkTimes(
        free_ms=np.array([300_000, 300_000, 450_000, 450_000], np.int32),
        wave_ms=np.full(4, STEP_MS, np.int32),
        headway_ms=np.array([500, 2000, 500, 500], np.int32),
        storage=np.full(4, 20_000, np.int32),
    )
    last = RepeatedDays(net, links, drivers_of(demand((0, 1, 3000), zones=2), 1.0, hours=1.0), 60_000).live(60)[-1]
    assert last.entered[1] == pytest.approx(1950, rel=0.02)
    assert last.entered[:2].tolist() == [last.entered[0]] * 2
    assert last.trip_ms.mean() / 1000 == pytest.approx(881.25, rel=0.02)
    assert last.gap < 0.03
