"""Rescue against what nobody here wrote: geometry of a grid, scipy's assignment, Smith's rule, published means."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linprog
from support.cities import small_map
from support.elevator_runs import elevator_parameters, run_elevators
from support.fleet import steady_roads

from twin.city.city import City
from twin.domains.elevators.decisions_rescue import RescueOrderView, RescueView
from twin.domains.elevators.examples import example_view
from twin.policies.elevators.rescue.nearest_qualified import nearest_qualified
from twin.policies.elevators.rescue.optimal_assignment import optimal_assignment
from twin.policies.elevators.rescue_order.most_people_minutes_saved import most_people_minutes_saved

SPACING_M, EDGE_S = 400.0, 40.0
SIDE = 12


def fixed(minutes: float) -> dict[str, float]:
    return {"median": minutes, "p90": minutes}


def test_on_a_grid_everybody_comes_after_exactly_the_way_that_geometry_says() -> None:
    """Streets of 400 m at 36 km/h and nothing else: 40 s a street, as many as lie between two corners of a grid."""
    steady = {name: fixed(minutes) for name, minutes in (
        ("notice_min", 1.0), ("property_answer_min", 2.0), ("ring_round_min", 3.0), ("turn_out_day_min", 4.0),
        ("turn_out_night_min", 4.0), ("access_min", 2.0), ("release_min", 5.0),
    )}  # fmt: skip
    parameters = elevator_parameters(property_answers_share=1.0, gather_s=0.0, **steady)
    city = City(small_map(SIDE, spacing_m=SPACING_M), steady_roads())
    _, _, frames = run_elevators(parameters, days=4, city=city, rules={"second_level": "never"})
    found = frames["elevators.rescues"]
    ways = frames["elevators.helpers"].set_index("case").loc[found["case"]]
    assert len(found) > 30
    first, last = ways["from_node"].to_numpy(), ways["to_node"].to_numpy()
    streets = np.abs(first % SIDE - last % SIDE) + np.abs(first // SIDE - last // SIDE)
    assert streets.max() > 5
    assert ways["drive_m"].to_numpy() == pytest.approx(streets * SPACING_M)
    assert (found["told_s"] - found["at_s"]).to_numpy() == pytest.approx(3 * 60)
    came_s = (found["arrive_s"] - found["sent_s"]).to_numpy()
    assert came_s == pytest.approx(6 * 60 + streets * EDGE_S, abs=0.01)
    assert (found["freed_s"] - found["arrive_s"]).to_numpy() == pytest.approx(5 * 60)


def test_the_optimal_assignment_is_that_of_a_linear_programme() -> None:
    """The same costs as a transport problem, solved by HiGHS, in place of the Hungarian method."""
    generator = np.random.default_rng(4)
    compared = 0
    while compared < 15:
        view: RescueView = example_view("rescue", generator)
        options = view.options
        if not 2 < len(options) < 400:
            continue
        compared += 1
        cost_s = options.drive_time_s + 96.0 * ~options.own_firm
        workers, column = np.unique(options.worker, return_inverse=True)
        rows = np.zeros((len(view.cases) + len(workers), len(options)))
        rows[options.place, np.arange(len(options))] = rows[len(view.cases) + column, np.arange(len(options))] = 1
        least = linprog(cost_s - 1e5, A_ub=rows, b_ub=np.ones(len(rows)), bounds=(0, 1))
        pairs = dict(optimal_assignment(view, farthest_min=1e4).pairs)
        chosen = [
            cost - 1e5
            for place, worker, cost in zip(options.place, options.worker, cost_s, strict=True)
            if pairs.get(int(view.cases.case[place])) == worker
        ]
        assert sum(chosen) == pytest.approx(least.fun, rel=1e-6)


def test_for_a_single_case_the_optimal_is_the_nearest() -> None:
    generator, compared = np.random.default_rng(5), 0
    while compared < 30:
        view: RescueView = example_view("rescue", generator)
        times = view.options.drive_time_s + 96.0 * ~view.options.own_firm
        if len(view.cases) == 1 and len(np.unique(times)) == len(times):
            compared += 1
            assert optimal_assignment(view) == nearest_qualified(view)


def test_smiths_order_makes_the_sum_of_waiting_least() -> None:
    """Smith (1956), by trying all orders: one worker, who needs so long for each."""
    generator, compared = np.random.default_rng(6), 0
    while compared < 20:
        view: RescueOrderView = example_view("rescue_order", generator)
        if not 2 <= len(view.cases) <= 6:
            continue
        compared += 1
        takes_s = (view.nearest_s + view.release_s).astype(float)
        people = view.cases.people.astype(float)

        def waiting(order: tuple[int, ...], takes_s=takes_s, people=people) -> float:
            chosen = list(order)
            return float((np.cumsum(takes_s[chosen]) * people[chosen]).sum())

        place = {int(case): row for row, case in enumerate(view.cases.case)}
        found = tuple(place[case] for case in most_people_minutes_saved(view).cases)
        least = min(waiting(order) for order in permutations(range(len(place))))
        assert waiting(found) == pytest.approx(least, rel=1e-6)


def test_where_many_wait_nobody_is_sent_from_far_away() -> None:
    """What an addition to the paper must not change: who may be sent is sent, as long as few wait."""
    generator, seen = np.random.default_rng(7), {"many": 0, "few": 0}
    while min(seen.values()) < 10:
        view: RescueView = example_view("rescue", generator)
        drive_s = dict(
            zip(
                zip(view.cases.case[view.options.place].tolist(), view.options.worker.tolist(), strict=True),
                view.options.drive_time_s.tolist(), strict=True,
            )
        )  # fmt: skip
        near, whole = (optimal_assignment(view, farthest_min=minutes).pairs for minutes in (30.0, 1e4))
        if len(view.cases) > 20:
            seen["many"] += 1
            assert all(drive_s[pair] <= 1800 for pair in near)
        else:
            seen["few"] += 1
            assert near == whole
