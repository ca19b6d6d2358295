"""The table of usual delays that a map can have: how much longer each edge usually takes than at free flow, by hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.core.errors import MapError

if TYPE_CHECKING:
    from pathlib import Path

    from twin.city.graph import RoadGraph

FILE: Final = "usual_delays.parquet"
FINENESS: Final = 16
"""A delay is kept in sixteenths of the time at free flow, in a byte."""


@dataclass(frozen=True, eq=False)
class UsualDelays:
    """Times relative to free flow of m edges from some hours of the day on.

    Attributes
    ----------
    from_h
        Hours of the day, rising, the first of them 0; shape (k,).
    factor
        Shape (k, m), at least 1.
    """

    from_h: tuple[int, ...]
    factor: NDArray[np.float64]

    def at(self, hour_of_day: int) -> NDArray[np.float64]:
        """Return the factors of the edges in an hour of the day, shape (m,)."""
        return np.asarray(self.factor[np.searchsorted(self.from_h, hour_of_day, side="right") - 1])


def read_usual_delays(folder: Path, roads: RoadGraph) -> UsualDelays | None:
    """Read the table of a map folder; None where the map has none.

    Raises
    ------
    MapError
        If it does not belong to these roads.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        table = pq.read_table(path)
        from_h = tuple(int(name.removeprefix("from_")) for name in table.column_names)
        codes = np.array([column.to_numpy() for column in table.columns])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise MapError(
            "{path}: is no table of usual delays: {problem}; delete it or make it anew", path=str(path),
            problem=str(error),
        ) from None  # fmt: skip
    fits = codes.dtype == np.uint8 and codes.shape == (len(from_h), roads.edge_count)
    if not fits or from_h[:1] != (0,) or list(from_h) != sorted(set(from_h)) or from_h[-1] > 23:
        raise MapError(
            "{path}: must have columns from_0, then rising hours, of a byte for each of {count} edges; delete it or "
            "make it anew",
            path=str(path),
            count=roads.edge_count,
        )
    return UsualDelays(from_h, 1 + codes / FINENESS)


def write_usual_delays(folder: Path, delays: UsualDelays) -> None:
    """Write the table into a map folder."""
    codes = np.clip(np.rint((delays.factor - 1) * FINENESS), 0, 255).astype(np.uint8)
    names = [f"from_{hour}" for hour in delays.from_h]
    table = pa.table(dict(zip(names, map(pa.array, codes), strict=True)))
    pq.write_table(table, folder / FILE, compression="zstd", compression_level=19, use_dictionary=True)
