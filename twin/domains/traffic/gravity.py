"""Doubly constrained gravity model: who goes where between zones.

Wilson (1967), "A statistical theory of spatial distribution models", Transportation Research 1: with deterrence
``f(c) = exp(-beta c)``, trips are ``T_ij = a_i O_i b_j D_j f(c_ij)``, where the balancing factors a and b make rows add
up to O and columns to D. They are found by Furness's (1965) iteration, "Time function iteration", Traffic Engineering
and Control 7; beta so that the mean distance is the observed one, after Hyman (1969), "The calibration of trip
distribution models", Environment and Planning 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.core.errors import MapError

MARGIN_TOLERANCE: Final = 1e-9
"""Largest relative error of a margin after balancing."""
MEAN_TOLERANCE: Final = 1e-4
"""Largest relative error of the fitted mean distance."""
SWEEPS: Final = 10
LARGEST_CHANGE: Final = 2.0
MOST_HALVINGS: Final = 30
SOLVED_TO: Final = 1e-6
"""A Newton step is solved until the squared residual has fallen by this factor."""
MOST_STEPS: Final = 60
STRONGEST: Final = 8.0
"""Deterrence is sought up to this over the wanted mean distance."""
WITHIN_ZONE: Final = 0.521405433
"""Mean distance of two random points of a square, relative to its side: (2 + sqrt 2 + 5 ln(1 + sqrt 2)) / 15."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gravity:
    """A fitted model.

    Attributes
    ----------
    beta_per_km
        Deterrence.
    mean_km
        Mean distance of the trips.
    row_factor
        a_i O_i, shape (z,).
    column_factor
        b_j D_j, shape (z,): with the deterrence it says how one chooses from anywhere.
    """

    beta_per_km: float
    mean_km: float
    row_factor: Array
    column_factor: Array

    def trips(self, distance_km: Array) -> Array:
        """Return trips between zones, shape (z, z): rows add up to the origins, columns to the destinations."""
        return np.asarray(self.row_factor[:, None] * np.exp(-self.beta_per_km * distance_km) * self.column_factor)

    def chosen_from(self, distance_km: Array) -> Array:
        """Return cumulative shares of destinations for each origin, rows ending at 1, shape (z, z)."""
        weight = np.exp(-self.beta_per_km * distance_km) * self.column_factor
        cumulative = np.cumsum(weight, axis=1)
        return np.asarray(cumulative / cumulative[:, -1:])


def balance(
    deterrence: Array, origins: Array, destinations: Array, column_factor: Array | None = None
) -> tuple[Array, Array]:
    """Find the factors a_i O_i and b_j D_j of rows and columns.

    Some sweeps of Furness's iteration, then Newton's method on the logarithms of the column factors (each step solved
    by conjugate gradients): where far towns hardly meet, Furness alone takes thousands of sweeps.

    Parameters
    ----------
    deterrence
        Above 0, shape (z, z).
    origins, destinations
        At least 0, of one and the same sum above 0, shape (z,).
    column_factor
        Where to begin; the destinations where it is None.

    Returns
    -------
    tuple of ndarray
        Factors r and c, so that r_i f_ij c_j has these margins; shapes (z,).

    Raises
    ------
    ArithmeticError
        Where the margins cannot be met to within `MARGIN_TOLERANCE`.

    Notes
    -----
    Sums go by `numpy.einsum`, whose order does not depend on the number of threads as that of BLAS may.
    """
    column = destinations.copy() if column_factor is None else column_factor.copy()
    for _ in range(SWEEPS):
        column = destinations / np.einsum("ij,i->j", deterrence, _rows(deterrence, origins, column))
    row, sums = _with_sums(deterrence, origins, column)
    error = float(np.abs(sums - destinations).max())
    for _ in range(MOST_STEPS):
        if error <= MARGIN_TOLERANCE * destinations.max():
            return row, column
        trips = row[:, None] * deterrence * column
        change = np.clip(_newton_step(trips, origins, sums, destinations), -LARGEST_CHANGE, LARGEST_CHANGE)
        for _ in range(MOST_HALVINGS):
            tried = column * np.exp(change)
            row_tried, sums_tried = _with_sums(deterrence, origins, tried)
            error_tried = float(np.abs(sums_tried - destinations).max())
            if error_tried < error:
                break
            change /= 2
        else:
            break
        row, column, sums, error = row_tried, tried, sums_tried, error_tried
    raise ArithmeticError("the balancing factors do not converge; distances are too long for this deterrence")


def _rows(deterrence: Array, origins: Array, column: Array) -> Array:
    return np.asarray(origins / np.einsum("ij,j->i", deterrence, column))


def _with_sums(deterrence: Array, origins: Array, column: Array) -> tuple[Array, Array]:
    """Return the row factors that meet the origins, and the sums of the columns then."""
    row = _rows(deterrence, origins, column)
    return row, column * np.einsum("ij,i->j", deterrence, row)


def _newton_step(trips: Array, origins: Array, sums: Array, destinations: Array) -> Array:
    """Return the change of the logarithms of the column factors, shape (z,).

    With the row factors following, the sum of column j changes by ``sums_j x_j - sum_i T_ij (T x)_i / O_i``; that
    matrix is symmetric and at least 0, and maps a constant to 0, as the excess adds up to 0.
    """
    per_origin = np.divide(1.0, origins, out=np.zeros_like(origins), where=origins > 0)
    scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    found = np.zeros_like(sums)
    residual = destinations - sums
    ahead = scaled = scale * residual
    power = first = float((residual * scaled).sum())
    for _ in range(len(sums)):
        if power <= SOLVED_TO * first:
            break
        passed = np.einsum("ij,j->i", trips, ahead) * per_origin
        image = sums * ahead - np.einsum("ij,i->j", trips, passed)
        curvature = float((ahead * image).sum())
        if curvature <= 0:
            break
        step = power / curvature
        found = found + step * ahead
        residual = residual - step * image
        scaled = scale * residual
        power, before = float((residual * scaled).sum()), power
        ahead = scaled + power / before * ahead
    return found


def mean_distance(deterrence: Array, row: Array, column: Array, distance_km: Array) -> float:
    """Return the mean distance of the trips r_i f_ij c_j, kilometres."""
    trips = deterrence * column
    along = np.einsum("ij,ij->i", trips, distance_km)
    return float((row * along).sum() / (row * trips.sum(axis=1)).sum())


def fit(distance_km: Array, origins: Array, destinations: Array, wanted_km: float, what: str, path: str) -> Gravity:
    """Fit the deterrence so that the mean distance is the wanted one.

    Parameters
    ----------
    what, path
        The purpose and the map's folder, for the message.

    Raises
    ------
    MapError
        Where even without deterrence trips are shorter, or with the strongest still longer.
    """
    _, column, longest_km = _mean_at(0.0, distance_km, origins, destinations, None)
    if longest_km < wanted_km:
        raise MapError(
            "{path}: trips to {what} have a mean of {longest:.1f} km even where distance does not matter; set "
            "traffic.mean_trip_km.{what} below it, not to {wanted:g}",
            path=path, what=what, longest=longest_km, wanted=wanted_km,
        )  # fmt: skip
    lowest, highest, beta, reached_km = 0.0, STRONGEST / wanted_km, 1.0 / wanted_km, longest_km
    before: tuple[float, float] | None = None
    for _ in range(MOST_STEPS):
        try:
            row, column, reached_km = _mean_at(beta, distance_km, origins, destinations, column)
        except ArithmeticError:  # so strong a deterrence that the margins cannot be met
            break
        if abs(reached_km - wanted_km) <= MEAN_TOLERANCE * wanted_km:
            return Gravity(beta, reached_km, row, column)
        if reached_km > wanted_km:
            lowest = beta
        else:
            highest = beta
        if before is None:
            ahead = beta * reached_km / wanted_km
        else:
            ahead = beta + (wanted_km - reached_km) * (beta - before[0]) / (reached_km - before[1])
        before = beta, reached_km
        beta = ahead if lowest < ahead < highest else (lowest + highest) / 2
    raise MapError(
        "{path}: trips to {what} have a mean of {shortest:.1f} km at least; set traffic.mean_trip_km.{what} above it, "
        "not to {wanted:g}",
        path=path, what=what, shortest=reached_km, wanted=wanted_km,
    )  # fmt: skip


def _mean_at(
    beta: float, distance_km: Array, origins: Array, destinations: Array, column: Array | None
) -> tuple[Array, Array, float]:
    deterrence = np.exp(-beta * distance_km)
    row, column = balance(deterrence, origins, destinations, column)
    return row, column, mean_distance(deterrence, row, column, distance_km)
