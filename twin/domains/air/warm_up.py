"""Compiles the kernels of the air once, before worker processes would each do it."""

from __future__ import annotations


def compile_kernels() -> None:
    """Reckon one plume, with the types of a run's arrays."""
    import numpy as np

    from twin.atmosphere.conditions import Conditions
    from twin.atmosphere.plumes import PointSources, unit_contributions

    one = np.ones(1)
    conditions = Conditions(one, one, one, np.zeros(1, np.int8), 500 * one)
    unit_contributions(PointSources(one, one, 50 * one, one, 90 * one, one), conditions, 2 * one, one)
