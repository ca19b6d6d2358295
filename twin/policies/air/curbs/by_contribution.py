"""Curb those first who give the stations most."""

from __future__ import annotations

import numpy as np

from twin.domains.air.decisions_curbs import Curb, CurbsView


def by_contribution(view: CurbsView) -> Curb:
    """Reach the relief of the plans with as few enterprises as possible: the greatest contributors stop first.

    The last of them leaves out only what is still wanted.

    References
    ----------
    Source apportionment by a dispersion model as a basis for control, as the technical guide for heavy pollution
    days asks (Ministry of Ecology and Environment, 2019). Fewest is by the exchange argument: of equal cuts the greater
    contribution brings more.
    """
    most = view.heaviest * view.contribution_ugm3
    order = np.lexsort((np.arange(len(view)), -most))
    before = np.concatenate([[0.0], np.cumsum(most[order])[:-1]])
    wanted = np.clip(view.relief_of_plan_ugm3 - before, 0.0, most[order])
    shares = np.zeros(len(view))
    gives = most[order] > 0
    shares[order[gives]] = view.heaviest[order[gives]] * wanted[gives] / most[order[gives]]
    return Curb(np.minimum(shares, view.heaviest))
