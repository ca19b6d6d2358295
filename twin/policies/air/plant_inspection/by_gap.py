"""Visit those whose reports explain least of what the stations see: inverse modelling."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.decisions import Within
from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView

CANDIDATES: Final = 80
"""Non-negative least squares are solved for so many enterprises: those that fit the residuals best alone."""


def by_gap(view: PlantInspectionView, pause_days: Annotated[int, Within(0, 365)] = 5) -> InspectPlants:
    """Visit those whose secret emissions would explain most of the residuals.

    What the stations saw less what is known is taken, in each hour, relative to its median over the stations, since
    what all of them see alike comes from farther away. Non-negative least squares say what each of the enterprises that
    fit best would have to emit more. By day and by night are told apart: who cheats may do so at night alone.

    Parameters
    ----------
    pause_days
        Who was visited within so many days is not visited again.

    References
    ----------
    Lawson and Hanson (1974), Solving least squares problems, chapter 23; for sources of air pollution Rao (2007),
    Source estimation methods for atmospheric dispersion, Atmospheric Environment 41.
    """
    night = (view.hour_of_day >= 22) | (view.hour_of_day < 6)
    explained = np.maximum(_explained(view, night), _explained(view, ~night))
    explained[view.days_since_visit <= pause_days] = -1.0
    order = np.lexsort((np.arange(len(view)), -explained))[: view.visits_possible]
    return InspectPlants(tuple(sorted(order.tolist())))


def _explained(view: PlantInspectionView, hours: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how much of the residuals' squares each one's secret emission explains, over their mean; shape (n,)."""
    from scipy.optimize import nnls

    known = np.isfinite(view.residual_ugm3) & hours[:, None]
    found = np.zeros(len(view))
    if known.sum() < 2:
        return found
    residual = np.where(known, view.residual_ugm3, np.nan)
    whole = known.any(axis=1)
    residual[whole] -= np.nanmedian(residual[whole], axis=1, keepdims=True)
    units = view.units_ugm3[known].astype(np.float64)
    gap = residual[known]
    length = np.sqrt((units**2).sum(axis=0))
    fit = np.where(length > 0, np.einsum("is,i->s", units, gap) / np.maximum(length, 1e-12), 0.0)
    noise = max(float(gap.var()), 1e-9)
    best = np.lexsort((np.arange(len(view)), -fit))[: min(CANDIDATES, len(view))]
    best = np.sort(best[fit[best] > 0])
    if not len(best):
        return found
    more, _ = nnls(units[:, best] / length[best], gap)
    found[best] = more * fit[best] / noise
    return found
