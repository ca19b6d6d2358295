"""Spread of a release near the ground, from how turbulent the surface layer is.

Where the friction velocity, Obukhov's length and the wind's turning were measured, no class is needed. The wind by
height is Monin and Obukhov's (Businger 1971 and Dyer 1974 for unstable, van Ulden and Holtslag 1985 for stable air);
the vertical spread that of Venkatram and others (2013, Atmospheric Environment 77, 10.1016/j.atmosenv.2013.06.017);
the crosswind spread the measured turning's, as Draxler (1976, Atmospheric Environment 10, 99) has it shrink with
distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

KARMAN: Final = 0.4
TURNING_SCALE_M: Final = 750.0
"""Where the crosswind spread is half of what it would be if air kept its direction; fitted to the odd experiments of
Prairie Grass, judged on the even ones (tests/verification/test_prairie_grass.py)."""
_VERTICAL: Final = 0.57
_STABLE: Final = 3.0
_UNSTABLE: Final = 1.5
_ROUNDS: Final = 60


@dataclass(frozen=True, eq=False)
class SurfaceLayer:
    """The air's lowest layer, of any one shape.

    Attributes
    ----------
    friction_mps
        Friction velocity.
    obukhov_m
        Obukhov's length: below 0 where the ground heats the air.
    turning_rad
        Standard deviation of the wind's direction.
    roughness_m
        Of the ground.
    """

    friction_mps: Floats
    obukhov_m: Floats
    turning_rad: Floats
    roughness_m: float

    def __post_init__(self) -> None:
        if np.any(self.friction_mps <= 0.0) or np.any(self.obukhov_m == 0.0) or not self.roughness_m > 0.0:
            raise ValueError("a surface layer needs friction_mps and roughness_m above 0, and obukhov_m other than 0")

    def wind_at(self, height_m: ArrayLike) -> Floats:
        """Return the wind at a height, m/s; below ten times the roughness that of there."""
        height = np.maximum(np.asarray(height_m, np.float64), 10.0 * self.roughness_m)
        shape = _stability_term(height / self.obukhov_m) - _stability_term(self.roughness_m / self.obukhov_m)
        return self.friction_mps / KARMAN * (np.log(height / self.roughness_m) - shape)

    def spread_up(self, x_m: ArrayLike) -> tuple[Floats, Floats]:
        """Return the vertical spread after x metres, m, and the wind that carries the plume, m/s.

        That wind is the one at the plume's mean height, which depends on the spread: found by repetition.
        """
        x = np.asarray(x_m, np.float64)
        length = np.abs(self.obukhov_m)
        spread = np.ones(np.broadcast_shapes(x.shape, self.friction_mps.shape))
        for _ in range(_ROUNDS):
            steep = self.friction_mps / self.wind_at(np.sqrt(2.0 / np.pi) * spread)
            stable = _VERTICAL * steep * x / (1.0 + _STABLE * steep * (x / length) ** (2.0 / 3.0))
            unstable = _VERTICAL * steep * x * (1.0 + _UNSTABLE * steep * x / length)
            spread = 0.5 * (spread + np.where(self.obukhov_m > 0.0, stable, unstable))
        return spread, self.wind_at(np.sqrt(2.0 / np.pi) * spread)

    def spread_across(self, x_m: ArrayLike, scale_m: float = TURNING_SCALE_M) -> Floats:
        """Return the crosswind spread after x metres, m."""
        x = np.asarray(x_m, np.float64)
        return self.turning_rad * x / (1.0 + np.sqrt(x / scale_m))


def _stability_term(ratio: Floats) -> Floats:
    """Return what stability takes off the logarithm of the wind's profile, for heights over Obukhov's length."""
    root = (1.0 - 16.0 * np.minimum(ratio, 0.0)) ** 0.25
    unstable = 2.0 * np.log((1.0 + root) / 2.0) + np.log((1.0 + root**2) / 2.0) - 2.0 * np.arctan(root) + np.pi / 2.0
    stable = -17.0 * (1.0 - np.exp(-0.29 * np.maximum(ratio, 0.0)))
    return np.where(ratio < 0.0, unstable, stable)


def surface_release(
    layer: SurfaceLayer, x_m: ArrayLike, release_m: ArrayLike, height_m: ArrayLike, scale_m: float = TURNING_SCALE_M
) -> Floats:
    """Return the share of an emission that 1 m3 holds on the plume's axis, s/m3.

    Parameters
    ----------
    layer
        The surface layer.
    x_m
        Distance downwind.
    release_m, height_m
        Of source and receptor, both near the ground.
    scale_m
        As `TURNING_SCALE_M`.
    """
    up, wind = layer.spread_up(x_m)
    release, height = np.asarray(release_m, np.float64), np.asarray(height_m, np.float64)
    bells = np.exp(-0.5 * ((height - release) / up) ** 2) + np.exp(-0.5 * ((height + release) / up) ** 2)
    found: Floats = bells / (2.0 * np.pi * layer.spread_across(x_m, scale_m) * up * wind)
    return found
