"""Curb every enterprise by its own plan."""

from __future__ import annotations

from twin.domains.air.decisions_curbs import Curb, CurbsView


def one_plan_per_plant(view: CurbsView) -> Curb:
    """Let each leave out what its plan says for the level.

    References
    ----------
    "One plan for each plant" (一厂一策), practised since 2016 (郑州晚报 2016-11-22; notice of 2021-01-22).
    """
    return Curb(view.plan.copy())
