"""What the import of a network and its trips read, left out and assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from twin.city.importing.summary import Summary, told_under
from twin.core.language import Language

READ: Final = {
    "nodes": "Road nodes: {n:,}",
    "edges": "Directed edges: {n:,}",
    "trips": "Trips: {n:,}",
    "stations": "Stations: {n:,}",
    "vehicles": "Ambulances: {n:,}",
    "hospitals": "Hospitals: {n:,}",
    "residents": "Residents: {n:,}",
}
LEFT_OUT: Final = {
    "closed_edges": "Roads that are closed to cars: {n:,}",
    "connections": "Connections at junctions (in the twin, vehicles may turn at every junction): {n:,}",
    "unconnected_nodes": "Road nodes that cannot be reached and left again: {n:,}",
    "loops": "Links that come back to where they begin: {n:,}",
    "parallel_links": "Links beside a faster one between the same two nodes: {n:,}",
    "trips_unconnected": "Trips from or to nodes that were left out: {n:,}",
    "trips_nowhere": "Trips that end where they begin: {n:,}",
    "trips_not_on_roads": "Trips of vehicles that do not drive on roads (bicycles, trams and the like): {n:,}",
    "trips_over_closed": "Trips over roads that are closed to cars: {n:,}",
    "trips_triggered": "Trips that begin when something else happens: {n:,}",
    "vias": "Trips that were to lead over a given edge: {n:,} (they are kept, the edge is not)",
    "persons": "Persons and containers: {n:,}",
    "delay_functions": "Delay functions of links (the map has none): {n:,}",
}
ASSUMED: Final = {
    "plane": "x and y are no degrees: the city was laid around {lon:g}, {lat:g}; --at says where it lies",
    "lengths_straight": "Links without a length, for which the straight line's is taken: {n:,}",
    "timeless": "Links without a time, driven at 30 km/h: {n:,}",
    "zones": "Zones, through which nobody drives in the source, are junctions like others: {n:,}",
    "classes": "Roads without a known class, taken as tertiary: {n:,}",
    "types_unknown": "Trips and flows of a type that no file defines, taken as cars: {n:,}",
    "departures": "Departures: spread evenly over the matrix's period, whole trips that add up to its total",
    "hospital_assumed": "Hospital: one in the middle of the residents; --hospitals gives a table",
    "vehicles_assumed": "Vehicles: one for each 75,000 residents, as in Zhengzhou, and at least one a station",
    "residents_assumed": "Residents: 400 for each kilometre of road; --population gives the number",
    "by_trips": "Population: spread by where trips begin",
    "by_nodes": "Population: spread evenly over the road nodes, as there are no trips",
}
_SOURCE: Final = """\
# Where the map of {title} comes from

Imported by `twin import` from files of {program}:

{files}

Coordinates are WGS84 (EPSG:4326). The speed of an edge is its length over the source's free-flow time.
{told}
"""
_LICENCE_NOTE: Final = """\
The files from which this map was imported do not say under which licence their data stand; whoever passes the map on
asks their author. Networks of the collection Transportation Networks for Research are for academic research, and
whoever publishes with them names their source. Networks that were made of OpenStreetMap data (© OpenStreetMap
contributors) stand under the Open Database License 1.0, https://opendatacommons.org/licenses/odbl/1-0/.
"""


@dataclass(frozen=True)
class FlowSummary(Summary):
    """What an import did.

    Attributes
    ----------
    counts
        By the keys of `READ`, `LEFT_OUT` and `ASSUMED`; what is 0 is not told.
    middle
        Longitude and latitude of the roads' middle.
    """

    source: Path
    target: Path
    counts: Counter[str]
    middle: tuple[float, float]

    def lines(self, language: Language | None = None) -> list[str]:
        """Return the summary as lines of text."""
        say = language or Language("en")
        lines = [say("{target}: imported from {source}", target=self.target, source=self.source)]
        lon, lat = self.middle
        for title, sentences in ((say("Read"), READ), (say("Left out"), LEFT_OUT), (say("Assumed"), ASSUMED)):
            lines += told_under(title, sentences, self.counts, say, lon=lon, lat=lat)
        return lines

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for a program, ready for JSON."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "counts": dict(self.counts),
            "middle": list(self.middle),
        }


def write_documents(folder: Path, files: Sequence[Path], program: str, title: str, summary: FlowSummary) -> None:
    """Write ``SOURCE.md`` and ``LICENSE`` of the map folder."""
    listed = []
    for path in files:
        with path.open("rb") as stream:
            listed.append(f"- `{path.name}` (SHA-256 `{file_digest(stream, 'sha256').hexdigest()}`)")
    told = "\n".join(f"- {line.strip()}" if line.startswith("  ") else f"\n{line}:\n" for line in summary.lines()[1:])
    text = _SOURCE.format(title=title, program=program, files="\n".join(listed), told=told)
    (folder / "SOURCE.md").write_text(text, encoding="utf-8", newline="\n")
    (folder / "LICENSE").write_text(_LICENCE_NOTE, encoding="utf-8", newline="\n")
