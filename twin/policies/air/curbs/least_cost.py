"""Curb those whose relief costs least."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from twin.domains.air.decisions_curbs import Curb, CurbsView


def least_cost(view: CurbsView) -> Curb:
    """Reach the relief of the plans at the least cost: a linear programme.

    Least sum of cost times share, such that the sum of contribution times share is at least what the plans bring, and
    no share is beyond what the enterprise can leave out.

    References
    ----------
    Atkinson and Lewis (1974), A cost-effectiveness analysis of alternative air quality control strategies, Journal of
    Environmental Economics and Management 1. Solved by HiGHS (Huangfu and Hall 2018).
    """
    wanted = view.relief_of_plan_ugm3
    if wanted <= 0:
        return Curb(np.zeros(len(view)))
    scale = max(float(view.hour_yuan.max()), 1.0)
    found = linprog(
        view.hour_yuan / scale, A_ub=-view.contribution_ugm3[None, :] / wanted, b_ub=np.array([-1.0 + 1e-9]),
        bounds=[(0.0, most) for most in view.heaviest.tolist()], method="highs",
    )  # fmt: skip
    if not found.success or found.x is None:
        raise RuntimeError(f"the linear programme has no solution: {found.message}")
    return Curb(np.clip(found.x, 0.0, view.heaviest))
