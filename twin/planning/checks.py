"""What the location models refuse: shapes and values that do not fit, each a ValueError that says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def numbers(name: str, given: ArrayLike, dimensions: int) -> NDArray[np.float64]:
    """Return finite numbers of at least 0 as an array of so many dimensions."""
    values = np.asarray(given, np.float64)
    if values.ndim != dimensions or not np.isfinite(values).all() or values.min(initial=0.0) < 0:
        raise ValueError(f"{name} must hold numbers of at least 0 in {dimensions} dimension(s)")
    return values


def yes_or_no(given: ArrayLike) -> NDArray[np.bool_]:
    """Return a table of true and false (or 1 and 0)."""
    covers = np.asarray(given)
    if covers.ndim != 2 or not np.isin(covers, (0, 1)).all():
        raise ValueError("covers must hold true or false (1 or 0) in 2 dimensions")
    return covers.astype(np.bool_)


def whole_numbers(name: str, given: ArrayLike, sites: int) -> NDArray[np.int64]:
    """Return a whole number of at least 0 for each site, shape (sites,)."""
    values = np.asarray(given)
    if values.shape != (sites,) or values.dtype.kind not in "iu" or values.min(initial=0) < 0:
        raise ValueError(f"{name} must hold a whole number of at least 0 for each of the {sites} sites")
    return values.astype(np.int64)


def positions(given: Sequence[int], sites: int) -> NDArray[np.int64]:
    """Return different positions of sites, ascending."""
    kept = np.unique(np.asarray(given, np.int64))
    if len(kept) != len(given) or (len(kept) and not 0 <= kept[0] <= kept[-1] < sites):
        raise ValueError(f"existing must hold different positions of sites, 0 to {sites - 1}")
    return kept


def capacities(given: int | ArrayLike | None, sites: int, vehicles: int) -> NDArray[np.int64]:
    """Return how many vehicles each site can hold, shape (sites,); None stands for all of them."""
    if given is None or isinstance(given, int):
        given = np.full(sites, vehicles if given is None else given)
    return whole_numbers("capacity", given, sites)


def check_shapes(weight: NDArray[np.float64], table: NDArray[np.float64] | NDArray[np.bool_]) -> None:
    """Refuse a table that has no sites, or not a column for each weight."""
    if table.shape[1] != len(weight) or not len(table):
        raise ValueError(f"{len(weight)} weights do not fit a table of shape {table.shape}: it must be (sites, demand)")


def check_busy(busy_fraction: float) -> None:
    """Refuse what is no probability that a vehicle is busy."""
    if not 0 <= busy_fraction < 1:
        raise ValueError(f"busy_fraction must be at least 0 and less than 1, not {busy_fraction}")


def check_count(count: int, existing: int, most: int) -> None:
    """Refuse fewer than exist, or more than there is room for."""
    if not max(existing, 1) <= count <= most:
        raise ValueError(f"{count} cannot be placed: {existing} exist, and there is room for {most}")
