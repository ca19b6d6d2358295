"""The gravity model against closed forms and against another program of the same problem (entropy, by scipy)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from twin.domains.traffic.gravity import WITHIN_ZONE, balance, fit, mean_distance

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def town(seed: int, zones: int, spread_km: float = 8.0) -> tuple[Array, Array, Array]:
    """Return distances, origins and destinations of a town drawn at random."""
    generator = np.random.default_rng(seed)
    place = generator.uniform(0, spread_km, (zones, 2))
    distance_km = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) + 0.3 * np.eye(zones)
    origins, destinations = generator.gamma(1.0, 1.0, (2, zones))
    return distance_km, origins / origins.sum(), destinations / destinations.sum()


def test_two_zones_have_the_solution_of_a_quadratic() -> None:
    """With margins 1/2 and deterrence (1, f; f, 1) by symmetry T_11 = T_22 = 1 / (2 (1 + f))."""
    f = np.exp(-0.7)
    deterrence = np.array([[1.0, f], [f, 1.0]])
    half = np.array([0.5, 0.5])
    row, column = balance(deterrence, half, half)
    trips = row[:, None] * deterrence * column
    assert trips == pytest.approx(np.array([[1, f], [f, 1]]) / (2 * (1 + f)), abs=1e-12)


def test_unequal_margins_of_two_zones_keep_the_odds_ratio() -> None:
    """T_11 T_22 / (T_12 T_21) is that of the deterrence; with the margins that is a quadratic in T_11."""
    deterrence = np.array([[1.0, 0.2], [0.3, 0.9]])
    origins, destinations = np.array([0.7, 0.3]), np.array([0.4, 0.6])
    ratio = 1.0 * 0.9 / (0.2 * 0.3)
    # T11 (1 - O1 - D1 + T11) = ratio (O1 - T11) (D1 - T11)
    o, d = origins[0], destinations[0]
    roots = np.roots([1 - ratio, 1 - o - d + ratio * (o + d), -ratio * o * d])
    expected = next(float(root) for root in roots if 0 < root < min(o, d))
    row, column = balance(deterrence, origins, destinations)
    assert row[0] * column[0] * deterrence[0, 0] == pytest.approx(expected, abs=1e-10)


def test_without_deterrence_trips_are_the_product_of_the_margins() -> None:
    _, origins, destinations = town(3, 40)
    row, column = balance(np.ones((40, 40)), origins, destinations)
    assert row[:, None] * column == pytest.approx(np.outer(origins, destinations), abs=1e-13)


def test_the_trips_are_those_of_largest_entropy_found_by_scipy() -> None:
    """Wilson's model maximises entropy under margins and cost: here its dual is minimised by another program."""
    distance_km, origins, destinations = town(11, 12)
    beta = 0.45

    def dual(v: Array) -> tuple[float, Array]:
        weight = np.exp(v - beta * distance_km)
        sums = weight.sum(axis=1)
        value = float(origins @ np.log(sums) - destinations @ v)
        return value, (origins / sums) @ weight - destinations

    found = minimize(dual, np.zeros(12), jac=True, method="BFGS", options={"gtol": 1e-11})
    weight = np.exp(found.x - beta * distance_km)
    expected = weight * (origins / weight.sum(axis=1))[:, None]
    deterrence = np.exp(-beta * distance_km)
    row, column = balance(deterrence, origins, destinations)
    assert row[:, None] * deterrence * column == pytest.approx(expected, abs=1e-8)


def test_the_factors_are_those_of_plain_furness() -> None:
    distance_km, origins, destinations = town(5, 30)
    deterrence = np.exp(-0.3 * distance_km)
    trips = deterrence.copy()
    for _ in range(3000):
        trips *= (origins / trips.sum(axis=1))[:, None]
        trips *= destinations / trips.sum(axis=0)
    row, column = balance(deterrence, origins, destinations)
    assert row[:, None] * deterrence * column == pytest.approx(trips, abs=1e-10)


def test_far_towns_that_hardly_meet_are_balanced_too() -> None:
    """Two towns 60 km apart, with more jobs than workers in one: thousands of Furness's sweeps."""
    distance_km, origins, destinations = town(7, 20, spread_km=4.0)
    distance_km[:10, 10:] += 60.0
    distance_km[10:, :10] += 60.0
    origins[:10] *= 0.6
    origins /= origins.sum()
    deterrence = np.exp(-0.4 * distance_km)
    row, column = balance(deterrence, origins, destinations)
    trips = row[:, None] * deterrence * column
    assert trips.sum(axis=1) == pytest.approx(origins, abs=1e-10)
    assert trips.sum(axis=0) == pytest.approx(destinations, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), zones=st.integers(2, 40), beta=st.floats(0.0, 1.5), empty=st.booleans())
def test_margins_are_met_whatever_the_town(seed: int, zones: int, beta: float, empty: bool) -> None:
    distance_km, origins, destinations = town(seed, zones)
    if empty:
        origins[0], destinations[-1] = 0.0, 0.0
        origins, destinations = origins / origins.sum(), destinations / destinations.sum()
    deterrence = np.exp(-beta * distance_km)
    row, column = balance(deterrence, origins, destinations)
    trips = row[:, None] * deterrence * column
    assert (trips >= 0).all()
    assert trips.sum(axis=1) == pytest.approx(origins, abs=1e-9)
    assert trips.sum(axis=0) == pytest.approx(destinations, abs=1e-8)


def test_the_fit_recovers_the_deterrence_that_made_the_mean() -> None:
    distance_km, origins, destinations = town(2, 60, spread_km=20.0)
    deterrence = np.exp(-0.21 * distance_km)
    row, column = balance(deterrence, origins, destinations)
    wanted_km = mean_distance(deterrence, row, column, distance_km)
    model = fit(distance_km, origins, destinations, wanted_km, "work", "map")
    assert model.mean_km == pytest.approx(wanted_km, rel=1e-4)
    assert model.beta_per_km == pytest.approx(0.21, rel=2e-3)
    assert model.trips(distance_km).sum() == pytest.approx(1.0)


def test_choices_from_a_zone_are_the_rows_of_the_model() -> None:
    distance_km, origins, destinations = town(9, 25)
    model = fit(distance_km, origins, destinations, 3.0, "work", "map")
    shares = np.diff(model.chosen_from(distance_km), axis=1, prepend=0.0)
    trips = model.trips(distance_km)
    assert shares == pytest.approx(trips / trips.sum(axis=1, keepdims=True), abs=1e-12)


def test_the_mean_distance_within_a_square_is_the_published_constant() -> None:
    """Two random points of a unit square: (2 + sqrt 2 + 5 asinh 1) / 15 (Ghosh 1951)."""
    assert pytest.approx((2 + np.sqrt(2) + 5 * np.arcsinh(1)) / 15, abs=1e-9) == WITHIN_ZONE
