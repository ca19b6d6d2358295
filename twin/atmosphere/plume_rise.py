"""How high a hot or fast plume rises above its stack.

Briggs (1969, Plume Rise; 1975, Plume rise predictions), in the form of US EPA's ISC3 (EPA-454/B-95-003b, 1.1.4);
downwash behind a slow stack by Briggs (1974).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRAVITY_MPS2: Final = 9.80616
KELVIN: Final = 273.15
STABLE_FROM: Final = 4
"""Classes E and F."""
GRADIENT_K_PER_M: Final = (0.020, 0.035)
"""Of the potential temperature in classes E and F (ISC3's defaults)."""


class Rise(NamedTuple):
    """A plume's rise: the smaller of ``final_m`` and ``factor`` x^(``thirds``/3); all of one shape."""

    final_m: Floats
    factor: Floats
    thirds: Floats

    def after(self, x_m: float | Floats) -> Floats:
        """Return the rise x metres downwind, m."""
        grown: Floats = self.factor * np.asarray(x_m, np.float64) ** (self.thirds / 3.0)
        return np.minimum(self.final_m, grown)


def lowered_by_downwash(height_m: Floats, diameter_m: Floats, exit_mps: Floats, wind_mps: Floats) -> Floats:
    """Return a stack's height, less what a plume slower than 1.5 times the wind is drawn down behind it."""
    ratio = np.minimum(exit_mps / wind_mps - 1.5, 0.0)
    lowered: Floats = np.maximum(height_m + 2.0 * diameter_m * ratio, 0.0)
    return lowered


def plume_rise(
    diameter_m: Floats,
    exit_c: Floats,
    exit_mps: Floats,
    air_c: Floats,
    wind_mps: Floats,
    stability: NDArray[np.integer],
) -> Rise:
    """Return the rise of plumes; the arguments broadcast.

    Parameters
    ----------
    diameter_m, exit_c, exit_mps
        Of the stack's mouth: inner diameter, temperature and speed of what leaves it.
    air_c, wind_mps
        At the stack's height.
    stability
        0 to 5 for classes A to F.

    Notes
    -----
    A plume is carried by buoyancy or by momentum, whichever lifts it higher: ISC3's choice by a temperature
    difference at which both are equal.
    """
    hot, cold = exit_c + KELVIN, air_c + KELVIN
    area = exit_mps * diameter_m**2 / 4.0
    buoyancy = GRAVITY_MPS2 * area * np.maximum(hot - cold, 0.0) / hot
    momentum = exit_mps * area * cold / hot
    stable = stability >= STABLE_FROM
    gradient = np.where(stability > STABLE_FROM, GRADIENT_K_PER_M[1], GRADIENT_K_PER_M[0])
    frequency_squared = GRAVITY_MPS2 * gradient / cold
    by_buoyancy = np.where(
        stable,
        2.6 * np.cbrt(buoyancy / (wind_mps * frequency_squared)),
        np.where(buoyancy < 55.0, 21.425 * buoyancy**0.75, 38.71 * buoyancy**0.6) / wind_mps,
    )
    free = 3.0 * diameter_m * exit_mps / wind_mps
    held = 1.5 * np.cbrt(momentum / (wind_mps * np.sqrt(frequency_squared)))
    by_momentum = np.where(stable, np.minimum(free, held), free)
    entrained = 1.0 / 3.0 + wind_mps / np.maximum(exit_mps, 1e-9)
    buoyant = by_buoyancy > by_momentum
    return Rise(
        final_m=np.where(buoyant, by_buoyancy, by_momentum),
        factor=np.where(
            buoyant, 1.6 * np.cbrt(buoyancy) / wind_mps, np.cbrt(3.0 * momentum / (entrained * wind_mps) ** 2)
        ),
        thirds=np.where(buoyant, 2.0, 1.0),
    )
