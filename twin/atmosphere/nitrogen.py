"""How much of the nitrogen oxides in a city's air is NO2: as measured, since ozone that turns NO into it runs out.

What an hour holds of nitrogen oxides adds up from source to source; NO2 does not: the more there are of them, the less
of each further gram is NO2.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UGM3_PER_PPB: Final = 1.91
"""Of NO2, at 20 °C."""
LEAST_PPB, MOST_PPB = 9.0, 1145.0
"""Between these the function was fitted; outside of them the share is that at the nearer end."""
POWERS: Final = (-0.326, 1.933, -3.348, 1.236)
"""Of the common logarithm, the highest first."""
OFFSET_PPB: Final = 2.166


def no2_of_nox(nox_ugm3: Floats) -> Floats:
    """Return NO2 of an hour's nitrogen oxides, µg/m³ (of both as NO2), any shape.

    References
    ----------
    Derwent and Middleton (1996), An empirical function for the ratio NO2:NOx, Clean Air 26, 57-60: hourly means beside
    a street of London, 1991 and 1992. The coefficients are recalled; the paper was not at hand. Up to 300 ppb the curve
    lies within 15 % of Romberg's (1996) for the means of German streets, 103 x / (x + 130) in µg/m³.
    """
    nox_ppb = np.maximum(nox_ugm3, 0.0) / UGM3_PER_PPB
    inside = np.clip(nox_ppb, LEAST_PPB, MOST_PPB)
    share = OFFSET_PPB / inside - np.polyval(POWERS, np.log10(inside))
    return np.asarray(UGM3_PER_PPB * share * nox_ppb)
