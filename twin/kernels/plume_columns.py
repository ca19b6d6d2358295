"""How wide and deep a plume is, and how much of its column lies at a height between the ground and the mixing lid."""

from __future__ import annotations

import math
from typing import Final

from twin.kernels.compile import arithmetic_part
from twin.kernels.gauss import ROOT_TWO_PI, exponential

SERIES_FROM: Final = 0.25
"""Where the vertical spread exceeds this share of the lid's height, cosines replace mirror images."""
FAR_FROM_LID: Final = 0.2
"""Where release and receptor together lie below this share of the lid's height, its images count only in the cosines:
left out is at most e^-25.9 of what counts."""


@arithmetic_part
def spread_across(x: float, linear: float, bend: float) -> float:
    """Return the crosswind spread after x metres."""
    return linear * x / math.sqrt(1.0 + bend * x)


@arithmetic_part
def spread_vertical(x: float, linear: float, bend: float, power: float) -> float:
    """Return the vertical spread after x metres."""
    root = math.sqrt(1.0 + bend * x)
    factor = root if power > 0.0 else (1.0 / root if power > -1.5 else 1.0 / (root * root))
    return linear * x * factor


@arithmetic_part
def images(spread: float, release: float, height: float) -> float:
    """Return the vertical share, per metre, of a source and its image below ground."""
    scale = -0.5 / (spread * spread)
    above, below = height - release, height + release
    total = exponential(scale * above * above) + exponential(scale * below * below)
    return total / (ROOT_TWO_PI * spread)


@arithmetic_part
def images_of_lid(spread: float, release: float, height: float, lid: float) -> float:
    """Return the same of the first images above the lid and below its image."""
    up, down = 2.0 * lid - release, 2.0 * lid + release
    return images(spread, up, height) + images(spread, down, height)


@arithmetic_part
def cosines(spread: float, lid: float, first: float, first_of_height: float) -> float:
    """Return the vertical share, per metre, between ground and lid, as a series of cosines.

    Equal to the sum over all mirror images; ``first`` and ``first_of_height`` are the cosines of pi times release and
    receptor height over the lid's height. Nine terms: what is left out is below 5e-14 from `SERIES_FROM` on.
    """
    ratio = spread / lid
    decay = exponential(-0.5 * math.pi * math.pi * ratio * ratio)
    step, square = decay, decay * decay
    before, now = 1.0, first
    before_there, now_there = 1.0, first_of_height
    total, power = 0.5, 1.0
    for _ in range(9):
        power = power * step
        step = step * square
        total = total + power * now * now_there
        before, now = now, 2.0 * first * now - before
        before_there, now_there = now_there, 2.0 * first_of_height * now_there - before_there
    return 2.0 * total / lid


@arithmetic_part
def vertical_share(spread: float, release: float, height: float, lid: float) -> float:
    """Return how much of a plume's column lies at a height, per metre; above the lid nothing."""
    if release >= lid:
        return 0.0
    if spread >= SERIES_FROM * lid:
        angle = math.pi / lid
        return cosines(spread, lid, math.cos(angle * release), math.cos(angle * height))
    return images(spread, release, height) + images_of_lid(spread, release, height, lid)
