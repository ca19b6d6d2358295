"""Send workers so that all drives together are shortest."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.optimize import linear_sum_assignment

from twin.core.decisions import Within
from twin.domains.elevators.decisions_rescue import Assign, RescueView

NOBODY_S = 1e6


def optimal_assignment(
    view: RescueView,
    stranger_s: Annotated[float, Within(low=0)] = 96.0,
    farthest_min: Annotated[float, Within(low=0)] = 30.0,
    many: Annotated[int, Within(low=1)] = 20,
) -> Assign:
    """Send as many workers as can be used, so that their drives add up to the least.

    For a single case it is the nearest worker; when many wait at once, the nearest of one may be needed by another.

    Parameters
    ----------
    stranger_s
        Another firm's worker counts as so many seconds farther.
    farthest_min, many
        Where more than ``many`` wait, nobody is sent who would drive longer than so many minutes: somebody near is free
        before he is there. An addition to the paper: 30 minutes are the firm's by rule, 20 is assumed.

    References
    ----------
    The assignment problem (Kuhn 1955, "The Hungarian method", Naval Research Logistics Quarterly 2), solved as by
    Crouse (2016), IEEE Transactions on Aerospace and Electronic Systems 52(4).
    """
    options = view.options
    workers, column = np.unique(options.worker, return_inverse=True)
    cost_s = np.full((len(view.cases), len(workers)), NOBODY_S)
    cost_s[options.place, column] = np.minimum(options.drive_time_s + stranger_s * ~options.own_firm, NOBODY_S / 10)
    if len(view.cases) > many:
        far = options.drive_time_s > 60 * farthest_min
        cost_s[options.place[far], column[far]] = NOBODY_S
    rows, columns = linear_sum_assignment(cost_s)
    there = cost_s[rows, columns] < NOBODY_S
    pairs = zip(view.cases.case[rows[there]].tolist(), workers[columns[there]].tolist(), strict=True)
    return Assign(tuple(pairs))
