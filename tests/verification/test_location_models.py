"""The location models find what is known, what trying every choice finds, and what another solver finds."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import floyd_warshall

from twin.planning import location
from twin.planning.location import Coverage, compliance_table, expected_coverage, mclp, mexclp, p_median

DATA = Path(__file__).parents[1] / "data" / "planning"
OPTIMA = {"pmed1": 5819, "pmed6": 7824, "pmed11": 7696, "pmed16": 8162}
"""Of OR-Library; Beasley (1985)."""
WEIGHT = (2, 2, 1, 1)
COVERS = ((1, 1, 0, 0), (0, 1, 1, 0), (1, 0, 0, 1))
BUNDLED = pytest.mark.filterwarnings("ignore:PULP_CBC_CMD is deprecated:DeprecationWarning")
"""PuLP below 4 brings CBC along, and says that PuLP 4 will not."""

# -- known answers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "covered"), [(1, 4.0), (2, 6.0)])
def test_mclp_covers_what_can_be_counted_on_one_hand(count: int, covered: float) -> None:
    found = mclp(WEIGHT, COVERS, count)
    assert found.objective == covered
    assert found.gap == 0
    assert found.covered_share == covered / 6
    assert len(found.sites) == count


@pytest.mark.parametrize(("vehicles", "expected"), [(1, 2.8), (2, 4.2), (3, 5.04), (4, 5.46)])
def test_mexclp_expects_what_the_formula_gives(vehicles: int, expected: float) -> None:
    found = mexclp(WEIGHT, COVERS, vehicles, 0.3)
    assert found.objective == pytest.approx(expected, abs=1e-12)
    assert found.gap == 0
    assert found.standing.sum() == vehicles


@pytest.mark.parametrize("path", sorted(DATA.glob("pmed*.txt")), ids=lambda path: path.stem)
def test_p_median_reaches_the_published_optimum(path: Path) -> None:
    vertices, _, count, *rest = np.array(path.read_text(encoding="utf-8").split(), np.int64).tolist()
    cost = np.full((vertices, vertices), np.inf)
    for one, other, length in np.array(rest).reshape(-1, 3):
        cost[one - 1, other - 1] = cost[other - 1, one - 1] = length
    np.fill_diagonal(cost, 0)
    found = p_median(np.ones(vertices), floyd_warshall(cost), count)
    assert found.objective == OPTIMA[path.stem]
    assert found.gap == 0
    assert len(found.sites) == count


# -- every choice tried ------------------------------------------------------------------------------------------------


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    """A few sites and demand points, some of which exist already."""
    sites, demand = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    table = st.lists(st.lists(st.integers(0, 12), min_size=demand, max_size=demand), min_size=sites, max_size=sites)
    existing = draw(st.lists(st.integers(0, sites - 1), unique=True, max_size=sites))
    return {
        "weight": np.array(draw(st.lists(st.integers(0, 9), min_size=demand, max_size=demand)), float),
        "cost": np.array(draw(table), float) * draw(st.sampled_from([1.0, 0.37])),
        "existing": existing,
        "count": draw(st.integers(max(len(existing), 1), sites)),
        "capacity": np.array(draw(st.lists(st.integers(0, 3), min_size=sites, max_size=sites))),
        "busy_fraction": draw(st.sampled_from([0.0, 0.05, 0.3, 0.7])),
    }


def choices(problem: dict[str, Any]) -> list[list[int]]:
    """Every set of sites of the right size that holds the existing ones."""
    every = combinations(range(len(problem["cost"])), problem["count"])
    return [list(sites) for sites in every if set(problem["existing"]) <= set(sites)]


@settings(max_examples=150, deadline=None)
@given(problem=problems())
def test_no_choice_of_stations_costs_less(problem: dict[str, Any]) -> None:
    weight, cost = problem["weight"], problem["cost"]
    least = min(float(weight @ cost[sites].min(axis=0)) for sites in choices(problem))
    found = p_median(weight, cost, problem["count"], existing=problem["existing"])
    assert found.objective == pytest.approx(least, rel=1e-6, abs=1e-12)
    assert found.gap == 0
    assert set(problem["existing"]) <= set(found.sites.tolist())
    assert len(found.sites) == problem["count"] == found.standing.sum()


@settings(max_examples=100, deadline=None)
@given(problem=problems())
def test_no_choice_of_stations_covers_more(problem: dict[str, Any]) -> None:
    weight, covers = problem["weight"], problem["cost"] <= 2
    most = max(float(weight @ covers[sites].any(axis=0)) for sites in choices(problem))
    found = mclp(weight, covers, problem["count"], existing=problem["existing"])
    assert found.objective == pytest.approx(most)
    assert found.gap == 0
    assert set(problem["existing"]) <= set(found.sites.tolist())
    assert len(found.sites) == problem["count"]


@settings(max_examples=100, deadline=None)
@given(problem=problems(), more=st.integers(0, 4))
def test_no_way_to_place_vehicles_expects_more(problem: dict[str, Any], more: int) -> None:
    weight, covers, busy = problem["weight"], problem["cost"] <= 4, problem["busy_fraction"]
    there = np.isin(np.arange(len(covers)), problem["existing"]).astype(np.int64)
    room = np.maximum(problem["capacity"], there)
    vehicles = min(int(there.sum()) + more, int(room.sum()))
    if vehicles == 0:
        return
    ways = product(*(range(low, high + 1) for low, high in zip(there, room, strict=True)))
    most = max(expected_coverage(weight, covers, way, busy) for way in ways if sum(way) == vehicles)
    found = mexclp(weight, covers, vehicles, busy, capacity=problem["capacity"], existing=there)
    assert found.objective == pytest.approx(most, rel=1e-6, abs=1e-12)
    assert found.gap == 0
    assert (found.standing >= there).all()
    assert (found.standing <= room).all()
    assert found.standing.sum() == vehicles


# -- another solver (CBC) and another way to write the models ----------------------------------------------------------


def scattered(seed: int, sites: int = 25, demand: int = 60) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights, and distances between places in a square."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((sites, 2)), rng.random((demand, 2))
    return rng.gamma(1.0, 100.0, demand), np.hypot(*(here[:, np.newaxis] - there).transpose(2, 0, 1))


def solved(model: pulp.LpProblem) -> float:
    assert model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, gapAbs=0)) == pulp.LpStatusOptimal
    return float(pulp.value(model.objective))


@BUNDLED
@pytest.mark.parametrize("seed", range(4))
def test_another_solver_finds_the_same_mean_cost(seed: int) -> None:
    weight, cost = scattered(seed)
    sites, demand = range(len(cost)), range(len(weight))
    model = pulp.LpProblem("median", pulp.LpMinimize)
    opened = [model.add_variable(f"open_{i}", cat="Binary") for i in sites]
    served = [[model.add_variable(f"serve_{i}_{j}", 0, 1) for j in demand] for i in sites]
    model += pulp.lpSum(weight[j] * cost[i, j] * served[i][j] for i in sites for j in demand)
    model += pulp.lpSum(opened) == 4
    for j in demand:
        model += pulp.lpSum(served[i][j] for i in sites) == 1
        for i in sites:
            model += served[i][j] <= opened[i]
    found = p_median(weight, cost, 4)
    assert found.objective == pytest.approx(solved(model), rel=1e-6)
    assert found.gap == 0


@BUNDLED
@pytest.mark.parametrize("busy_fraction", [0.0, 0.2, 0.5])
def test_another_solver_expects_the_same_coverage(busy_fraction: float) -> None:
    """CBC is given the value of each number of vehicles as a choice of one of them, not as a sum of gains."""
    weight, cost = scattered(7)
    covers, vehicles = cost < 0.22, 6
    sites, demand = range(len(cost)), range(len(weight))
    model = pulp.LpProblem("cover", pulp.LpMaximize)
    standing = [model.add_variable(f"stand_{i}", 0, 2, cat="Integer") for i in sites]
    exactly = [[model.add_variable(f"is_{j}_{k}", cat="Binary") for k in range(vehicles + 1)] for j in demand]
    worth = [1 - busy_fraction**k for k in range(vehicles + 1)]
    model += pulp.lpSum(weight[j] * worth[k] * exactly[j][k] for j in demand for k in range(vehicles + 1))
    model += pulp.lpSum(standing) == vehicles
    for j in demand:
        model += pulp.lpSum(exactly[j]) == 1
        near = pulp.lpSum(standing[i] for i in sites if covers[i, j])
        model += pulp.lpSum(k * exactly[j][k] for k in range(vehicles + 1)) <= near
    found = mexclp(weight, covers, vehicles, busy_fraction, capacity=2)
    assert found.objective == pytest.approx(solved(model), rel=1e-6)
    assert found.gap == 0


# -- compliance tables -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nested", [False, True])
def test_a_compliance_table_is_near_the_optimum_in_each_row(nested: bool) -> None:
    weight, cost = scattered(3, sites=30, demand=300)
    covers, vehicles = cost < 0.2, 20
    table = compliance_table(weight, covers, vehicles, 0.3, capacity=2, nested=nested)
    assert table.shape == (vehicles, 30)
    assert (table.sum(axis=1) == np.arange(1, vehicles + 1)).all()
    assert table.max() <= 2
    if nested:
        assert (np.diff(table, axis=0) >= 0).all()
    for number in range(1, vehicles + 1):
        best = mexclp(weight, covers, number, 0.3, capacity=2)
        assert best.gap == 0
        assert expected_coverage(weight, covers, table[number - 1], 0.3) >= (0.93 if nested else 0.98) * best.objective


def test_the_first_row_of_a_compliance_table_is_the_best_single_site() -> None:
    assert compliance_table(WEIGHT, COVERS, 4, 0.3).tolist()[0] == [1, 0, 0]
    assert expected_coverage(WEIGHT, COVERS, compliance_table(WEIGHT, COVERS, 4, 0.3)[3], 0.3) == pytest.approx(5.46)


# -- what it says of itself --------------------------------------------------------------------------------------------


def test_a_question_that_is_too_large_is_answered_with_an_honest_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap of 0 must mean an optimum, and the bound must hold, whether the programme is tried or not."""
    weight, cost = scattered(11, 40, 120)
    best, covered = p_median(weight, cost, 6), mexclp(weight, cost < 0.2, 6, 0.3)
    monkeypatch.setattr("twin.planning.programmes.LARGEST", 0)
    monkeypatch.setattr("twin.planning.lagrangian.ITERATIONS", 5)
    rough, less = p_median(weight, cost, 6), mexclp(weight, cost < 0.2, 6, 0.3)
    assert rough.bound <= best.objective <= rough.objective
    assert less.objective <= covered.objective <= less.bound
    assert rough.gap > 0
    assert less.gap > 0


def test_the_same_question_has_the_same_answer() -> None:
    weight, cost = np.ones(16), np.abs(np.subtract.outer(np.arange(16.0), np.arange(16.0)))
    for ask in (lambda: p_median(weight, cost, 4), lambda: mexclp(weight, cost <= 2, 5, 0.3)):
        one, other = ask(), ask()
        assert (one.standing == other.standing).all()
        assert (one.objective, one.bound) == (other.objective, other.bound)


def test_who_cannot_be_covered_and_who_does_not_count_are_no_problem() -> None:
    nobody: Coverage = mclp([0, 0], [[1, 0], [0, 1]], 1)
    assert (nobody.objective, nobody.covered_share, nobody.gap) == (0, 0, 0)
    out_of_reach = mexclp([5, 5], [[0, 0], [0, 0]], 3, 0.3)
    assert (out_of_reach.objective, out_of_reach.standing.sum()) == (0, 3)
    assert p_median([0, 0], [[1, 2], [3, 4]], 1).objective == 0


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: p_median([1, 2], [[1, 2]], 2), "2 cannot be placed"),
        (lambda: p_median([1, 2], [[1, 2]], 0), "0 cannot be placed"),
        (lambda: p_median([1], [[1], [2]], 1, existing=[0, 1]), "2 exist"),
        (lambda: p_median([1], [[1], [2]], 2, existing=[0, 0]), "different positions"),
        (lambda: p_median([1], [[1], [2]], 2, existing=[2]), "0 to 1"),
        (lambda: p_median([1, 2, 3], [[1, 2]], 1), "do not fit"),
        (lambda: p_median([-1], [[1]], 1), "weight must hold"),
        (lambda: p_median([1], [[np.inf]], 1), "cost must hold"),
        (lambda: mclp([1], [[2]], 1), "covers must hold"),
        (lambda: mexclp([1], [[1]], 1, 1.0), "busy_fraction"),
        (lambda: mexclp([1], [[1]], 5, 0.3, capacity=2), "room for 2"),
        (lambda: mexclp([1], [[1]], 1, 0.3, existing=[2]), "2 exist"),
        (lambda: mexclp([1], [[1]], 1, 0.3, existing=[0.5]), "existing must hold a whole number"),
        (lambda: compliance_table([1], [[1]], 3, 0.3, capacity=[1]), "room for 1"),
        (lambda: compliance_table([1], [[1]], 3, -0.1), "busy_fraction"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(ask: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ask()


def test_every_model_names_its_paper() -> None:
    for model, paper in (("p_median", "1964"), ("mclp", "1974"), ("mexclp", "1983"), ("compliance_table", "2013")):
        assert paper in getattr(location, model).__doc__
