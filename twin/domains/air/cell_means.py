"""What stacks and sites give where people live: the mean over each cell, in which single plumes are narrow."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.conditions import Conditions, air_of
from twin.atmosphere.plumes import PointSources, stacks_in
from twin.domains.air.cells import Cells
from twin.domains.air.fresh import RECEPTOR_M, SETTING, reach_m
from twin.kernels.plume_means import mean_plumes

Floats = NDArray[np.float64]

PLACES_WITHIN: Final = 24
"""A cell is looked at in so many places a side for sources within it."""
PLACES_AROUND: Final = 8
"""The same for sources in the cells around it; for all others its middle serves."""


def cell_means(sources: PointSources, conditions: Conditions, cells: Cells) -> Floats:
    """Return what 1 g/s of each source gives each cell on average in an hour; µg/m³, shape (cells, sources).

    Parameters
    ----------
    sources
        Stacks and other small sources.
    conditions
        Of one hour.
    """
    found = np.empty((len(cells), len(sources)))
    x_m, y_m = (np.ascontiguousarray(cells.centre[:, axis]) for axis in range(2))
    within, around = (
        cells.side_m * ((np.arange(places) + 0.5) / places - 0.5) for places in (PLACES_WITHIN, PLACES_AROUND)
    )  # fmt: skip
    mean_plumes(
        found, x_m, y_m, cells.side_m, within, around, RECEPTOR_M, air_of(conditions, SETTING),
        stacks_in(sources, conditions, SETTING), 0, float(reach_m(conditions)[0]),
    )  # fmt: skip
    return found
