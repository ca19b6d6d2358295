"""The sources of a city as columns: enterprises first, then building sites, homes by cells, roads by patches."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.air.kinds import KINDS, PLANT_KINDS, PRIMARY_GROUPS, SPECIES, group_of

SECONDS_A_YEAR: Final = 365.25 * 86_400
GRAMS_A_TONNE: Final = 1e6
GROUP_OF_KIND: Final = np.array([PRIMARY_GROUPS.index(group_of(kind)) for kind in KINDS], np.int8)


@dataclass(frozen=True, eq=False)
class Sources:
    """n sources; every column has shape (n,) but ``gps``.

    Attributes
    ----------
    kind
        Position in `twin.domains.air.kinds.KINDS`.
    x_m, y_m
        In the road graph's plane.
    stack_m, diameter_m, exit_c, exit_mps
        The stack; diameter 0 where there is none and nothing rises.
    spread_y_m, spread_z_m
        Standard deviations that the cloud has at the source: those of a cell or a site, 0 of a stack.
    gps
        Mean emission of a year, grams a second, shape (n, species).
    hour_yuan
        What an hour of standing still costs: of enterprises and building sites, else 0.
    name
        What results call it.
    """

    kind: NDArray[np.int8]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    stack_m: NDArray[np.float64]
    diameter_m: NDArray[np.float64]
    exit_c: NDArray[np.float64]
    exit_mps: NDArray[np.float64]
    spread_y_m: NDArray[np.float64]
    spread_z_m: NDArray[np.float64]
    gps: NDArray[np.float64]
    hour_yuan: NDArray[np.float64]
    name: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def plants(self) -> int:
        """How many of them are enterprises: the first."""
        return int((self.kind < len(PLANT_KINDS)).sum())

    @cached_property
    def group(self) -> NDArray[np.int8]:
        """Group of each source's fine particles, a position in `PRIMARY_GROUPS`, shape (n,)."""
        return GROUP_OF_KIND[self.kind]

    def of_kind(self, kind: str) -> NDArray[np.int64]:
        """Return the rows of a kind."""
        return np.flatnonzero(self.kind == KINDS.index(kind))

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return all of them, in this order."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def area_sources(
    kind: str,
    centres: NDArray[np.float64],
    side_m: float | NDArray[np.float64],
    height_m: float,
    gps: NDArray[np.float64],
) -> Sources:
    """Return sources that fill square cells.

    Parameters
    ----------
    centres
        Metres, shape (k, 2).
    side_m
        One for all, or one each.
    gps
        Shape (k, species).

    Notes
    -----
    A cell's cloud begins with a standard deviation of the side by 4.3, and of the height by 2.15, as volume sources do
    in the guide to ISC3 (EPA-454/B-95-003b, table 3-1).
    """
    count = len(centres)
    still = np.zeros(count)
    return Sources(
        kind=np.full(count, KINDS.index(kind), np.int8), x_m=centres[:, 0], y_m=centres[:, 1],
        stack_m=np.full(count, height_m), diameter_m=still, exit_c=still, exit_mps=still,
        spread_y_m=np.full(count, np.asarray(side_m) / 4.3), spread_z_m=np.full(count, height_m / 2.15), gps=gps,
        hour_yuan=still,
        name=np.array([f"{kind} {number}" for number in range(count)], object),
    )  # fmt: skip


def as_frame(sources: Sources) -> pd.DataFrame:
    """Return the sources as a table, a column a species."""
    columns = {field.name: getattr(sources, field.name) for field in fields(Sources) if field.name != "gps"}
    emitted = {f"{name}_gps": sources.gps[:, place] for place, name in enumerate(SPECIES)}
    return pd.DataFrame({**columns, **emitted})
