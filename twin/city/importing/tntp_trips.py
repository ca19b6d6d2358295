"""Reads and writes trip matrices in the format TNTP; see `twin.city.importing.tntp_read`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np

from twin.city.flow_network import OdMatrix
from twin.city.importing.tntp_read import ZONES, TntpText, less_than_0, number, read_text
from twin.core.errors import MapError

TOTAL: Final = "TOTAL OD FLOW"
TOTAL_TOLERANCE: Final = 0.001
"""Totals of published files are rounded; a table that was cut short misses more."""
_ORIGIN: Final = re.compile(r"^origin\s+(\S+)$", re.IGNORECASE)
_PER_LINE: Final = 5


def read_tntp_trips(path: Path, zone_count: int | None = None, period_h: float = 1.0) -> OdMatrix:
    """Read a trip matrix; zone 1 of the file is position 0.

    Parameters
    ----------
    zone_count
        Zones of the network; those that the file states where None.
    period_h
        Hours over which the trips are spread.

    Raises
    ------
    MapError
        Naming file, line, and what to write instead.
    """
    text = read_text(path)
    zones = text.whole(ZONES)
    if zone_count is not None and zones != zone_count:
        raise MapError(
            "{path}: has {found} zones, but the network has {wanted}; give the trips of this network",
            path=str(path),
            found=zones,
            wanted=zone_count,
        )
    pairs = _pairs(text, zones)
    origin, destination = np.divmod(np.array(sorted(pairs), dtype=np.int64), zones)
    trips = np.array([pairs[key] for key in sorted(pairs)], dtype=np.float64)
    _check_total(text, float(trips.sum()))
    some = trips > 0
    return OdMatrix(zones, origin[some].astype(np.int32), destination[some].astype(np.int32), trips[some], period_h)


def _pairs(text: TntpText, zones: int) -> dict[int, float]:
    """Return the trips by ``origin * zones + destination``, counted from 0."""
    pairs: dict[int, float] = {}
    origin = -1
    for line, cells in text.lines:
        begins = _ORIGIN.match(cells)
        if begins:
            origin = _zone(text.path, line, begins[1], zones)
            continue
        if origin < 0:
            raise MapError(
                "{path}:{line}: stands before the first origin; write a line such as 'Origin 1' above it",
                path=str(text.path),
                line=line,
            )
        for cell in cells.split(";"):
            if not cell.strip():
                continue
            words = cell.split(":")
            if len(words) != 2:
                raise MapError(
                    "{path}:{line}: {text!r} is not a destination and its trips; write it as '2 : 100.0;'",
                    path=str(text.path),
                    line=line,
                    text=cell.strip(),
                )
            key = origin * zones + _zone(text.path, line, words[0].strip(), zones)
            trips = number(text.path, line, "trips", words[1].strip())
            _check_trips(text.path, line, key, trips, pairs, zones)
            pairs[key] = trips
    return pairs


def _check_trips(path: Path, line: int, key: int, trips: float, pairs: dict[int, float], zones: int) -> None:
    if trips < 0:
        raise less_than_0(path, line, "trips", trips)
    if key in pairs:
        raise MapError(
            "{path}:{line}: trips from {origin} to {destination} stand there twice; leave one out",
            path=str(path),
            line=line,
            origin=key // zones + 1,
            destination=key % zones + 1,
        )


def _zone(path: Path, line: int, word: str, zones: int) -> int:
    if not word.isdigit() or not 1 <= int(word) <= zones:
        raise MapError(
            "{path}:{line}: {text!r} is no zone; zones are numbered 1 to {count}",
            path=str(path),
            line=line,
            text=word,
            count=zones,
        )
    return int(word) - 1


def _check_total(text: TntpText, found: float) -> None:
    said = text.metadata.get(TOTAL)
    if said is None:
        return
    try:
        total = float(said)
    except ValueError:
        total = np.nan
    if not abs(found - total) <= TOTAL_TOLERANCE * max(abs(total), 1.0):
        raise MapError(
            "{path}: says that it has {said} trips, but they add up to {found:.1f}; correct <TOTAL OD FLOW>, or fetch "
            "the file again",
            path=str(text.path),
            said=said,
            found=found,
        )


def write_tntp_trips(path: Path, matrix: OdMatrix) -> None:
    """Write a matrix so that reading it gives the same numbers to the last bit."""
    lines = [f"<{ZONES}> {matrix.zone_count}", f"<{TOTAL}> {float(matrix.trips.sum())!r}", "<END OF METADATA>", ""]
    for origin in np.unique(matrix.origin).tolist():
        here = matrix.origin == origin
        pairs = zip(matrix.destination[here].tolist(), matrix.trips[here].tolist(), strict=True)
        cells = [f"{destination + 1:5d} : {trips!r};" for destination, trips in pairs]
        lines += ["", f"Origin {origin + 1}"]
        lines += [" ".join(cells[first : first + _PER_LINE]) for first in range(0, len(cells), _PER_LINE)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
