"""The estimator within the daily model: smooth curves and boosted trees, half and half (scikit-learn)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

_KNOTS: Final = 5
_FOREST: Final[dict[str, Any]] = {
    "max_iter": 250, "learning_rate": 0.03, "max_leaf_nodes": 16, "min_samples_leaf": 20, "l2_regularization": 5.0,
    "max_features": 0.25,
}  # fmt: skip
_FORESTS: Final = 3
"""Forests whose mean is taken, so that no single chance of theirs counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimator:
    """Takes features, shape (n, features), and returns estimates, shape (n,)."""

    curves: Any
    forests: tuple[Any, ...]

    def __call__(self, features: Column) -> Column:
        """Estimate; one thread, so that the same rows give the same bits."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            trees = np.mean([forest.predict(features) for forest in self.forests], axis=0)
            return np.asarray((self.curves.predict(features) + trees) / 2, dtype=np.float64)


def fit_estimator(values: Column, wanted: Column) -> Estimator:
    """Fit and return the estimator; one thread, so that the same rows give the same bits.

    Parameters
    ----------
    values
        Features, shape (n, features), without gaps.
    wanted
        What they should give, shape (n,).
    """
    # Imported before threads are limited: a library that is loaded later is not limited.
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer, StandardScaler
    from threadpoolctl import threadpool_limits

    splines = SplineTransformer(n_knots=_KNOTS, degree=2, extrapolation="linear")
    curves = make_pipeline(StandardScaler(), splines, RidgeCV(np.logspace(0, 4, 9)))
    forests = tuple(HistGradientBoostingRegressor(**_FOREST, random_state=number) for number in range(_FORESTS))
    with threadpool_limits(1):
        for part in (curves, *forests):
            part.fit(values, wanted)
    return Estimator(curves, forests)
