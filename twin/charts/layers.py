"""What a domain hands to geographic information systems: tables of results with a geometry for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from numpy.typing import NDArray

from twin.charts.section import StoredRun


@dataclass(frozen=True, eq=False)
class Layer:
    """A table in WGS84 of k rows.

    Attributes
    ----------
    name
        What it is called beside other layers.
    kind
        What its geometries are.
    geometry
        Well-known binary, one a row.
    columns
        Values by name, each of k.
    meaning
        For each column what it says, with its unit.
    """

    name: str
    kind: Literal["Point", "LineString"]
    geometry: Sequence[bytes]
    columns: Mapping[str, NDArray[Any]]
    meaning: Mapping[str, str]


class LayerFunction(Protocol):
    """Makes a domain's layers of one brain (``DomainDescription.layers``).

    Raises ResultsError where the stored results and the map do not fit.
    """

    def __call__(self, run: StoredRun, brain: str, hours: Sequence[int]) -> Sequence[Layer]:
        """Return the layers; ``hours`` are local hours of the day, 0 to 23, or none for all that were lived."""
