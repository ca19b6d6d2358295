"""Drivers are spread over ways that are nearly as fast as the fastest."""

from __future__ import annotations

import numpy as np

from twin.domains.traffic.decisions_roads import GuidanceView, GuideBy


class Spread:
    """Draw the times by which each share of the drivers is led, around the known ones.

    The time on a link is normal about what is known, with a variance of ``beta_s`` times its time without others, so
    that the variance of a way is that of its links together and overlapping ways are alike where they overlap: probit
    choice. A way that is much slower is hardly taken, ways that are equally fast share the drivers. No time is drawn
    below half of what is known.

    Parameters
    ----------
    beta_s
        Variance for each second of driving without others (assumed; 3 s: a way of ten minutes has a standard deviation
        of 42 s).

    References
    ----------
    Sheffi and Powell (1982), "An algorithm for the equilibrium assignment problem with random link times", Networks 12.
    That informed drivers who all take the fastest way make each other late: Ben-Akiva, de Palma and Kaysi (1991),
    "Dynamic network models and driver information systems", Transportation Research Part A 25.
    """

    def __init__(self, random: np.random.Generator, beta_s: float = 3.0) -> None:
        self._random = random
        self._beta_s = beta_s

    def decide(self, view: GuidanceView) -> GuideBy:
        """Return times drawn anew."""
        drawn_s = view.known_s + np.sqrt(self._beta_s * view.free_s) * self._random.standard_normal(len(view.known_s))
        return GuideBy(np.maximum(drawn_s, view.known_s / 2))
