"""Reads networks and nodes in the format TNTP, as the collection Transportation Networks for Research keeps them.

The format: github.com/bstabler/TransportationNetworks, README. It has no units of its own: the README of each network
says, if anything does, in which units it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import DelayFunction, FlowNetwork
from twin.core.errors import MapError

END_OF_METADATA: Final = "END OF METADATA"
ZONES: Final = "NUMBER OF ZONES"
NODES: Final = "NUMBER OF NODES"
LINKS: Final = "NUMBER OF LINKS"
FIRST_THROUGH: Final = "FIRST THRU NODE"
COLUMNS: Final = ("init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed", "toll")
NEEDED_COLUMNS: Final = 7
LANE_CAPACITY_PER_H: Final = 1800.0
"""Saturation flow of a lane, cars an hour (Shao 2011; 1,550 measured at 16 junctions of Beijing, CICTP 2018)."""
MOST_LANES: Final = 8
"""Connectors of zones have capacities that no road has; they are not taken for roads of a hundred lanes."""
_METADATA: Final = re.compile(r"^<([^>]*)>(.*)$")


@dataclass(frozen=True)
class TntpUnits:
    """In which units a file stands.

    Attributes
    ----------
    length_m, time_s
        Metres of one unit of length, seconds of one unit of time.
    period_h
        Hours over which the trips of the matrix are spread, and for which capacities stand.
    """

    length_m: float = 1000.0
    time_s: float = 60.0
    period_h: float = 1.0

    def check(self) -> None:
        """Raise MapError where a value makes no sense."""
        for option, value in (("length-m", self.length_m), ("time-s", self.time_s), ("period-h", self.period_h)):
            if not 0 < value < np.inf:
                raise MapError("--{option} is {value:g}; it must be greater than 0", option=option, value=value)


@dataclass(frozen=True)
class TntpText:
    """A file in its two parts.

    Attributes
    ----------
    metadata
        What stands after each ``<KEY>``.
    lines
        Number and text of the other lines, without comments, empty lines and a ``;`` at the end.
    """

    path: Path
    metadata: dict[str, str]
    lines: list[tuple[int, str]]

    def whole(self, key: str) -> int:
        """Return a whole number of at least 1 of the metadata.

        Raises
        ------
        MapError
            Where it is missing or is none.
        """
        text = self.metadata.get(key, "")
        if not text.isdigit() or int(text) < 1:
            raise MapError(
                "{path}: the line <{key}> is missing or holds no whole number of at least 1; write it above "
                "<END OF METADATA>",
                path=str(self.path),
                key=key,
            )
        return int(text)


def read_text(path: Path) -> TntpText:
    """Read a TNTP file as text; raises MapError where it is none."""
    if not path.is_file():
        raise MapError("{path}: there is no such file; correct the path", path=str(path))
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MapError("{path}:{line}: is not UTF-8 text; save it as UTF-8", path=str(path), line=line) from None
    metadata: dict[str, str] = {}
    lines: list[tuple[int, str]] = []
    for line, raw in enumerate(text.splitlines(), start=1):
        cells = raw.strip()
        found = _METADATA.match(cells)
        if found:
            metadata[found[1].strip().upper()] = found[2].strip()
        elif cells.rstrip("; \t") and not cells.startswith("~"):
            lines.append((line, cells.rstrip("; \t")))
    return TntpText(path, metadata, lines)


def read_tntp_network(net: Path, nodes: Path | None = None, units: TntpUnits | None = None) -> FlowNetwork:
    """Read a network, and the places of its nodes where there is a file of them.

    Node 1 of the file is position 0. Lanes are not in the format: as many as carry the capacity at
    `LANE_CAPACITY_PER_H`. The format's column ``speed`` is not used, for its meaning differs from network to network;
    speeds are length over free-flow time.

    Raises
    ------
    MapError
        Naming file, line, and what to write instead.
    """
    units, text = units or TntpUnits(), read_text(net)
    if END_OF_METADATA not in text.metadata:
        raise MapError("{path}: has no line <END OF METADATA>; give a network in the format TNTP", path=str(net))
    count, wanted = text.whole(NODES), text.whole(LINKS)
    first_through, zones = text.whole(FIRST_THROUGH), text.whole(ZONES)
    if zones > count:
        raise MapError(
            "{path}: says that {zones} of its {nodes} nodes are zones; correct <NUMBER OF ZONES>",
            path=str(net),
            zones=zones,
            nodes=count,
        )
    if wanted != len(text.lines):
        raise MapError(
            "{path}: says that it has {said} links, but it has {found}; correct <NUMBER OF LINKS>, or fetch the file "
            "again",
            path=str(net),
            said=wanted,
            found=len(text.lines),
        )
    table = _links(text, count)
    x, y = (None, None) if nodes is None else read_tntp_nodes(nodes, count)
    return _network(table, count, first_through, units, x, y)


def _links(text: TntpText, count: int) -> NDArray[np.float64]:
    """Return the links as numbers, one row a link, columns as `COLUMNS`."""
    table = np.zeros((len(text.lines), len(COLUMNS)))
    for row, (line, cells) in enumerate(text.lines):
        words = cells.split()
        if len(words) < NEEDED_COLUMNS:
            raise MapError(
                "{path}:{line}: has {found} numbers; a link needs at least {wanted}: {columns}",
                path=str(text.path),
                line=line,
                found=len(words),
                wanted=NEEDED_COLUMNS,
                columns=", ".join(COLUMNS[:NEEDED_COLUMNS]),
            )
        for column, word in enumerate(words[: len(COLUMNS)]):
            table[row, column] = number(text.path, line, COLUMNS[column], word)
    _check_links(text, table, count)
    return table


def number(path: Path, line: int, column: str, text: str) -> float:
    """Return a finite number; raises MapError where a cell holds none."""
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise MapError(
            "{path}:{line}: column {column}: {text!r} is not a number; write one, with a point for decimals",
            path=str(path),
            line=line,
            column=column,
            text=text,
        )
    return value


def less_than_0(path: Path, line: int, column: str, value: float) -> MapError:
    """Return the error of a number that must not be negative."""
    return MapError(
        "{path}:{line}: column {column}: {value:g} is less than 0; correct it",
        path=str(path),
        line=line,
        column=column,
        value=value,
    )


def _check_links(text: TntpText, table: NDArray[np.float64], count: int) -> None:
    for column, values in zip(COLUMNS[:2], table[:, :2].T, strict=True):
        wrong = (values != np.rint(values)) | (values < 1) | (values > count)
        for line, value in _first(text, values, wrong):
            raise MapError(
                "{path}:{line}: column {column}: {value:g} is no node; nodes are numbered 1 to {count}",
                path=str(text.path),
                line=line,
                column=column,
                value=value,
                count=count,
            )
    for line, value in _first(text, table[:, 2], table[:, 2] <= 0):
        raise MapError(
            "{path}:{line}: column {column}: {value:g} must be greater than 0",
            path=str(text.path),
            line=line,
            column="capacity",
            value=value,
        )
    for position in (3, 4, 5, 8):
        for line, value in _first(text, table[:, position], table[:, position] < 0):
            raise less_than_0(text.path, line, COLUMNS[position], value)
    power = table[:, 6]
    for line, value in _first(text, power, (power != 0) & (power < 1)):
        raise MapError(
            "{path}:{line}: column power: {value:g} must be 0 (no delay) or at least 1",
            path=str(text.path),
            line=line,
            value=value,
        )


def _first(text: TntpText, values: NDArray[np.float64], wrong: NDArray[np.bool_]) -> Iterator[tuple[int, float]]:
    """Give line and value of the first wrong row where there is any."""
    for row in np.flatnonzero(wrong)[:1]:
        yield text.lines[row][0], float(values[row])


def _network(
    table: NDArray[np.float64],
    count: int,
    first_through: int,
    units: TntpUnits,
    x: NDArray[np.float64] | None,
    y: NDArray[np.float64] | None,
) -> FlowNetwork:
    length_m, free_flow_s = table[:, 3] * units.length_m, table[:, 4] * units.time_s
    capacity_per_h = table[:, 2] / units.period_h
    known = (length_m > 0) & (free_flow_s > 0)
    speed_kmh = np.zeros(len(table))
    speed_kmh[known] = length_m[known] / free_flow_s[known] * 3.6
    power = table[:, 6]
    return FlowNetwork(
        node_name=tuple(str(node) for node in range(1, count + 1)),
        node_x=x,
        node_y=y,
        link_name=(),
        link_from=(table[:, 0] - 1).astype(np.int32),
        link_to=(table[:, 1] - 1).astype(np.int32),
        length_m=length_m,
        free_flow_s=free_flow_s,
        capacity_per_h=capacity_per_h,
        lanes=np.clip(np.rint(capacity_per_h / LANE_CAPACITY_PER_H), 1, MOST_LANES).astype(np.int32),
        speed_kmh=speed_kmh,
        first_through_node=first_through - 1,
        delay=DelayFunction(b=table[:, 5].copy(), power=power.copy(), toll=table[:, 8].copy()),
    )


def read_tntp_nodes(path: Path, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of all nodes, shape (count,); raises MapError where one is missing, double or no number."""
    text = read_text(path)
    lines = text.lines[1:] if text.lines and not text.lines[0][1][0].isdigit() else text.lines
    place = np.full((count, 2), np.nan)
    for line, cells in lines:
        words = cells.split()
        if len(words) < 3:
            raise MapError(
                "{path}:{line}: is not a node with x and y; write three numbers a line", path=str(path), line=line
            )
        node = number(path, line, "node", words[0])
        if node != int(node) or not 1 <= node <= count:
            raise MapError(
                "{path}:{line}: column {column}: {value:g} is no node; nodes are numbered 1 to {count}",
                path=str(path),
                line=line,
                column="node",
                value=node,
                count=count,
            )
        row = int(node) - 1
        if not np.isnan(place[row, 0]):
            raise MapError(
                "{path}:{line}: node {node} stands there twice; leave one out", path=str(path), line=line, node=row + 1
            )
        place[row] = number(path, line, "x", words[1]), number(path, line, "y", words[2])
    missing = np.flatnonzero(np.isnan(place[:, 0]))
    if len(missing):
        raise MapError(
            "{path}: node {node} and {more} more are missing; add a line with x and y for each",
            path=str(path),
            node=int(missing[0]) + 1,
            more=len(missing) - 1,
        )
    return place[:, 0].copy(), place[:, 1].copy()
