"""Designs and indices of SALib (extra ``sensitivity``): Morris's elementary effects and Sobol's indices.

References
----------
Morris (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33(2); Campolongo,
Cariboni and Saltelli (2007), An effective screening design for sensitivity analysis of large models, Environmental
Modelling & Software 22(10).
Saltelli and others (2010), Variance based sensitivity analysis of model output, Computer Physics Communications 181(2).
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.core.statistics import CONFIDENCE
from twin.experiment.studies.refusing import refuse
from twin.experiment.studies.sweep_answers import Hang

LEVELS: Final = 4
"""So many values of each key in Morris's design."""


def sample(design: str, axes: int, samples: int, seed: int) -> NDArray[np.float64]:
    """Return points of the unit cube: so many trajectories (Morris), or base points (Sobol, a power of two)."""
    problem = _problem([f"x{place}" for place in range(axes)])
    if design == "morris":
        if samples < 2:
            refuse("--samples", "morris needs two trajectories at least")
        found = _salib("sample.morris").sample(problem, samples, num_levels=LEVELS, seed=seed)
    else:
        if samples < 2 or samples & (samples - 1):
            refuse("--samples", "sobol needs a power of two, such as 32, not {samples}", samples=samples)
        found = _salib("sample.sobol").sample(problem, samples, calc_second_order=False, seed=seed)
    points: NDArray[np.float64] = np.asarray(found, dtype=np.float64)
    return points


def analyse(
    design: str, keys: Sequence[str], shares: NDArray[np.float64], results: NDArray[np.float64], seed: int
) -> tuple[Hang, ...]:
    """Return each key's index with its interval, from the results at the points of `sample`."""
    problem = _problem(keys)
    if float(results.std()) == 0.0:
        return tuple(Hang(key, "morris" if design == "morris" else "sobol", 0.0, 0.0, 0.0) for key in keys)
    if design == "morris":
        found = _salib("analyze.morris").analyze(
            problem, shares, results, num_levels=LEVELS, conf_level=CONFIDENCE, seed=seed % 2**32
        )
        rows = zip(keys, found["mu_star"], found["mu_star_conf"], found["sigma"], strict=True)
        return tuple(_hang(key, "morris", *map(float, numbers)) for key, *numbers in rows)
    found = _salib("analyze.sobol").analyze(
        problem, results, calc_second_order=False, conf_level=CONFIDENCE, seed=seed % 2**32
    )
    rows = zip(keys, found["ST"], found["ST_conf"], found["S1"], strict=True)
    return tuple(_hang(key, "sobol", *map(float, numbers)) for key, *numbers in rows)


def _hang(key: str, measure: Any, value: float, half: float, more: float) -> Hang:
    return Hang(key, measure, value, value - half, value + half, more)


def _problem(keys: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(keys), "names": list(keys), "bounds": [[0.0, 1.0]] * len(keys)}


def _salib(module: str) -> Any:
    try:
        return importlib.import_module(f"SALib.{module}")
    except ImportError:
        refuse("--design", "morris and sobol need SALib; install the extra: {command}",
               command="pip install 'zhengzhou-twin[sensitivity]'")  # fmt: skip
