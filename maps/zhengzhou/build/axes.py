"""The axes of 163 named streets (inputs/zhengzhou_streets.csv), derived from bus stops for this project."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from plane import Floats, to_plane

INPUTS = Path(__file__).parent / "inputs"


@dataclass(frozen=True)
class Axis:
    """A named street's centre line in the plane, shape (k, 2)."""

    name: str
    xy_m: Floats

    @property
    def length_m(self) -> float:
        """Length in metres."""
        return float(np.hypot(*np.diff(self.xy_m, axis=0).T).sum())


def read_axes() -> list[Axis]:
    """Read the street axes, longest first."""
    with (INPUTS / "zhengzhou_streets.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    axes = []
    for row in rows:
        points = [[float(part) for part in point.split()] for point in row["points_lon_lat"].split(";")]
        axes.append(Axis(row["street"], to_plane(points)))
    return sorted(axes, key=lambda axis: -axis.length_m)
