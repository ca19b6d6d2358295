"""The columns of a table of trips: the reference page and the checks both come from here (no pandas)."""

from __future__ import annotations

from typing import Final

from twin.core.supplied.columns import Column, Pairs, markdown, maybe
from twin.domains.traffic.parameters import PURPOSES

COLUMNS: Final[tuple[Column, ...]] = (
    maybe("trip", "text", "", "number of the row in order of departure, from 0", "Name of the trip", unique=True),
    maybe("depart_s", "number", "s", "depart_at", "When it departs, after the start; below 0 in the warm-up"),
    maybe("depart_at", "time", "", "depart_s", "The same as local date and time, such as 2021-03-15 08:30:00"),
    maybe("from_lon", "number", "degrees", "from_node", "Longitude of where it begins, WGS84", low=-180, high=180),
    maybe("from_lat", "number", "degrees", "from_node", "Latitude of where it begins, WGS84", low=-90, high=90),
    maybe("from_node", "whole", "", "from_lon", "Road node at which it begins: row of the map's nodes.parquet, from 0",
          low=0, high=2**31 - 1),
    maybe("to_lon", "number", "degrees", "to_node", "Longitude of where it ends, WGS84", low=-180, high=180),
    maybe("to_lat", "number", "degrees", "to_node", "Latitude of where it ends, WGS84", low=-90, high=90),
    maybe("to_node", "whole", "", "to_lon", "Road node at which it ends", low=0, high=2**31 - 1),
    maybe("purpose", "word", "", "leisure", "What it leads to", fill="leisure", words=PURPOSES),
    maybe("stay_min", "number", "min", "drawn", "How long the car stays parked afterwards", low=0, high=525_600),
    maybe("uses_app", "yes_no", "", "drawn", "Whether the driver uses the parking app"),
    maybe("route", "text", "", "by what the driver knows",
          "The way that it drives: rows of the map's edges.parquet, from 0, with spaces between"),
)  # fmt: skip

ONE_OF: Final[Pairs] = (("depart_s", "depart_at"), ("from_lon", "from_node"), ("to_lon", "to_node"))


def columns_as_markdown() -> str:
    """Return the reference table of supplied trips as Markdown.

    Examples
    --------
    >>> print(columns_as_markdown().splitlines()[3])
    | `depart_s` | number | s | this or `depart_at` |  | When it departs, after the start; below 0 in the warm-up |
    """
    return markdown(COLUMNS, ONE_OF, {})
