"""Designs: at which points of its axes a sweep looks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.core.streams import Streams
from twin.experiment.studies.axes import Axis, Value, current_value
from twin.experiment.studies.refusing import refuse

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

Design = Literal["grid", "list", "latin_hypercube", "one_at_a_time", "morris", "sobol"]
DESIGNS: Final[tuple[Design, ...]] = ("grid", "list", "latin_hypercube", "one_at_a_time", "morris", "sobol")
DRAWN: Final = ("latin_hypercube", "morris", "sobol")
"""Designs whose points are draws of what the keys may be."""
SAMPLES: Final = {"latin_hypercube": 30, "morris": 8, "sobol": 32}
LOW_AND_HIGH: Final = (0.1, 0.9)
"""Quantiles that a key with a distribution is set to in turn, one key at a time; one with a range goes to its ends."""
MOST_POINTS: Final = 100_000
Point = tuple[Value, ...]


def design_for(axes: Sequence[Axis], asked: Design | None) -> Design:
    """Return the design: what was asked for, draws where any key has a distribution, else a grid."""
    if asked is not None:
        return asked
    return "latin_hypercube" if any(axis.drawn for axis in axes) else "grid"


def points_of(scenario: Scenario, axes: Sequence[Axis], design: Design, samples: int | None) -> list[Point]:
    """Return the points, each with a value for every axis.

    Raises
    ------
    InvalidScenarioError
        Where the axes do not fit the design.
    """
    if design == "grid":
        count = int(np.prod([float(len(axis.levels)) for axis in axes]))
        if count > MOST_POINTS:
            refuse("--set", "a grid of them has {count} points; {most} are the most", count=count, most=MOST_POINTS)
        return list(product(*(axis.levels for axis in axes)))
    if design == "list":
        lengths = {len(axis.levels) for axis in axes}
        if len(lengths) > 1:
            refuse(
                "--design", "a list needs as many values of each key; given: {lengths}",
                lengths=", ".join(f"{axis.key} {len(axis.levels)}" for axis in axes),
            )  # fmt: skip
        return list(zip(*(axis.levels for axis in axes), strict=True))
    if design == "one_at_a_time":
        return _one_at_a_time(scenario, axes)
    shares = shares_of(design, len(axes), samples or SAMPLES[design], scenario.seed)
    return [tuple(axis.at(float(share)) for axis, share in zip(axes, row, strict=True)) for row in shares]


def _one_at_a_time(scenario: Scenario, axes: Sequence[Axis]) -> list[Point]:
    """Return the scenario as it is, then each key at its low and at its high end."""
    base: list[Any] = [current_value(scenario, axis.key) for axis in axes]
    for axis, value in zip(axes, base, strict=True):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            refuse("--design", "{key} has no number in the scenario to go up and down from", key=axis.key)
    points = [tuple(base)]
    for place, axis in enumerate(axes):
        ends = [axis.at(share) for share in LOW_AND_HIGH] if axis.drawn else [min(axis.levels), max(axis.levels)]
        points += [(*base[:place], end, *base[place + 1 :]) for end in ends]
    return points


def shares_of(design: str, axes: int, samples: int, seed: int) -> NDArray[np.float64]:
    """Return points of the unit cube, shape (points, axes), from a stream of the seed."""
    generator = Streams(seed, 0)("study", "sweep", design)
    if design == "latin_hypercube":
        return latin_hypercube(samples, axes, generator)
    from twin.experiment.studies.salib import sample

    return sample(design, axes, samples, int(generator.integers(2**31)))


def latin_hypercube(samples: int, axes: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return a point in each of so many equal slices of every axis, shape (samples, axes).

    References
    ----------
    McKay, Beckman and Conover (1979), A comparison of three methods for selecting values of input variables,
    Technometrics 21(2).
    """
    slices = np.column_stack([generator.permutation(samples) for _ in range(axes)])
    return (slices + generator.random((samples, axes))) / samples
