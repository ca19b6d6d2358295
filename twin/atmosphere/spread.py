"""How wide a plume is: Briggs' curves for open country and for cities, by stability class.

sigma = linear x (1 + bend x)^(power/2), x in metres; Briggs (1973, ATDL report 79), as in US EPA's ISC3 for cities.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLASSES: Final = "ABCDEF"


class Curve(NamedTuple):
    """One curve for each of the classes A to F, shape (6,) each."""

    linear: tuple[float, ...]
    bend: tuple[float, ...]
    power: tuple[float, ...]

    def at(self, x_m: ArrayLike, stability: ArrayLike) -> NDArray[np.float64]:
        """Return the spread after x metres in a class, 0 to 5 for A to F; the arguments broadcast."""
        x, row = np.asarray(x_m, np.float64), np.asarray(stability)
        linear, bend, power = (np.array(column)[row] for column in self)
        found: NDArray[np.float64] = linear * x * (1.0 + bend * x) ** (power / 2.0)
        return found


class Spread(NamedTuple):
    """Crosswind and vertical curves of one kind of surroundings."""

    across: Curve
    vertical: Curve


RURAL: Final = Spread(
    across=Curve((0.22, 0.16, 0.11, 0.08, 0.06, 0.04), (1e-4,) * 6, (-1.0,) * 6),
    vertical=Curve(
        (0.20, 0.12, 0.08, 0.06, 0.03, 0.016),
        (0.0, 0.0, 2e-4, 1.5e-3, 3e-4, 3e-4),
        (0.0, 0.0, -1.0, -1.0, -2.0, -2.0),
    ),
)
URBAN: Final = Spread(
    across=Curve((0.32, 0.32, 0.22, 0.16, 0.11, 0.11), (4e-4,) * 6, (-1.0,) * 6),
    vertical=Curve(
        (0.24, 0.24, 0.20, 0.14, 0.08, 0.08),
        (1e-3, 1e-3, 0.0, 3e-4, 1.5e-3, 1.5e-3),
        (1.0, 1.0, 0.0, -1.0, -1.0, -1.0),
    ),
)


def spread_of(urban: bool) -> Spread:
    """Return the curves of a city or of open country."""
    return URBAN if urban else RURAL
