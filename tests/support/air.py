"""Air, stacks and places that tests of dispersion share, and the same formulas written plainly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.conditions import Conditions
from twin.atmosphere.plumes import PointSources

Floats = NDArray[np.float64]


def steady(hours: int = 1, wind: float = 2.5, start: float = 270.0, stability: int = 3, lid: float = 1e5) -> Conditions:
    """Hours of the same air; wind from the west unless told."""
    return Conditions(
        np.full(hours, wind), np.full(hours, start), np.full(hours, 15.0), np.full(hours, stability, np.int8),
        np.full(hours, lid),
    )  # fmt: skip


def changing(hours: int, seed: int = 5) -> Conditions:
    """Hours of all classes, winds and lids."""
    chance = np.random.default_rng(seed)
    return Conditions(
        chance.uniform(0.3, 7.0, hours), chance.uniform(0.0, 360.0, hours), chance.uniform(-8.0, 35.0, hours),
        (np.arange(hours) % 6).astype(np.int8), chance.uniform(150.0, 1600.0, hours),
    )  # fmt: skip


def cold(x_m: Floats, y_m: Floats, height_m: Floats, across_m: float = 0.0, up_m: float = 0.0) -> PointSources:
    """Sources whose plumes do not rise and are not drawn down."""
    count = len(x_m)
    return PointSources(
        x_m, y_m, height_m, np.zeros(count), np.full(count, -273.0), np.zeros(count), np.full(count, across_m),
        np.full(count, up_m),
    )  # fmt: skip


def one_cold(height_m: float = 30.0) -> PointSources:
    """A single source at the origin whose plume does not rise."""
    return cold(np.zeros(1), np.zeros(1), np.array([height_m]))


def stacks(count: int, half_m: float = 8000.0, seed: int = 6) -> PointSources:
    """Hot stacks of all sizes."""
    chance = np.random.default_rng(seed)
    return PointSources(
        chance.uniform(-half_m, half_m, count), chance.uniform(-half_m, half_m, count),
        chance.uniform(8.0, 150.0, count), chance.uniform(0.3, 5.0, count), chance.uniform(15.0, 180.0, count),
        chance.uniform(0.5, 25.0, count),
    )  # fmt: skip


def plain_plume(
    across: Floats, up: Floats, y: Floats, wind: float, release: float, height: float, lid: float, images: int = 60
) -> Floats:
    """The textbook's plume, s/m3: a long sum over mirror images at ground and lid."""
    orders = 2.0 * lid * np.arange(-images, images + 1)[:, None]
    bells = np.exp(-0.5 * ((height - release + orders) / up) ** 2)
    bells = (bells + np.exp(-0.5 * ((height + release + orders) / up) ** 2)).sum(axis=0)
    return np.exp(-0.5 * (y / across) ** 2) / (2.0 * np.pi * across * up * wind) * bells
