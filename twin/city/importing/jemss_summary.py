"""What the import of a JEMSS city read, left out and assumed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.city.importing.summary import Summary, told_under
from twin.core.language import Language

READ: Final = {
    "nodes": "Road nodes: {n:,}",
    "edges": "Directed edges: {n:,}",
    "stations": "Stations: {n:,}",
    "vehicles": "Ambulances: {n:,}",
    "hospitals": "Hospitals: {n:,}",
    "calls_kept": "Calls: {n:,}",
    "residents": "Residents: {n:,}",
}
LEFT_OUT: Final = {
    "unconnected_nodes": "Road nodes that cannot be reached and left again: {n:,}",
    "loops": "Arcs that come back to where they begin: {n:,}",
    "parallel_arcs": "Arcs beside a faster one between the same two nodes: {n:,}",
    "calls_far_off": "Calls more than 2 km from the nearest road node: {n:,}",
    "other_modes": "Travel modes besides urgent and ordinary driving: {n:,}",
    "later_travel_sets": "Travel sets and demand sets of later times (those of the beginning hold all day): {n:,}",
    "capacities": "Capacities of stations (the twin has no limit there): {n:,}",
    "off_road": "Off-road speeds: vehicles end at the nearest road node",
}
ASSUMED: Final = {
    "plane": "x and y are no degrees: the city was laid around {lon:g}, {lat:g}; --at says where it lies",
    "start": "Day 0 of JEMSS is 2021-03-15 00:00, a Monday, for it has no calendar",
    "lengths_straight": "Edges without a distance, whose length is the straight line's: {n:,}",
    "odd_speeds": "Edges slower than 2 or faster than 200 km/h, by the travel times as given: {n:,}",
    "no_calls": "There are no calls in the folder: the scenario draws them by the demand, or as in Zhengzhou",
    "calls_not_transported": "Calls without transport, taken as dispatches that find no patient to take: {n:,}",
    "delays": "Dispatch delays stand in _dispatch_delay_s; the scenario draws them by their median and 90th percentile",
    "residents_assumed": "Residents: 75,000 for each ambulance, as in Zhengzhou; --population gives the number",
}


@dataclass(frozen=True)
class JemssSummary(Summary):
    """What an import did.

    Attributes
    ----------
    counts
        By the keys of `READ`, `LEFT_OUT` and `ASSUMED`; what is 0 is not told.
    spread
        The sentence that says what the population surface was made of.
    middle
        Longitude and latitude of the roads' middle.
    """

    source: Path
    target: Path
    counts: Counter[str]
    spread: str
    middle: tuple[float, float]
    seconds: float

    def lines(self, language: Language | None = None) -> list[str]:
        """Return the summary as lines of text."""
        say = language or Language("en")
        lines = [
            say("{target}: imported from {source} in {seconds:.1f} s", target=self.target, source=self.source,
                seconds=self.seconds)
        ]  # fmt: skip
        lon, lat = self.middle
        for title, sentences in ((say("Read"), READ), (say("Left out"), LEFT_OUT)):
            lines += told_under(title, sentences, self.counts, say, lon=lon, lat=lat)
        assumed = say("Assumed")
        lines += told_under(assumed, ASSUMED, self.counts, say, lon=lon, lat=lat) or [assumed]
        return [*lines, f"  {say(self.spread)}"]

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for a program, ready for JSON."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "counts": dict(self.counts),
            "spread": self.spread,
            "middle": list(self.middle),
            "seconds": round(self.seconds, 3),
        }
