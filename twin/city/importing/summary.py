"""What an import kept, dropped and assumed, for people and for programs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin.core.language import Language


def _sentences(*rows: tuple[str, str]) -> dict[str, str]:
    return dict(rows)


DROPPED: Final = _sentences(
    ("not_for_cars", "Ways that are not for cars (paths, tracks, building sites and the like): {n:,}"),
    ("areas", "Areas (squares): {n:,}"),
    ("driveways", "Driveways, parking aisles and other ways of single plots: {n:,}"),
    ("no_access", "Ways that cars may not use (access: private, no and the like): {n:,}"),
    ("missing_points", "Points of ways that lie beyond the border of the file: {n:,}"),
    ("unconnected_pieces", "Pieces of street that cannot be reached and left again: {n:,}"),
    ("loops", "Loops that come back to the junction where they begin: {n:,}"),
    ("parallel_edges", "Edges beside a faster one between the same two junctions: {n:,}"),
    ("turn_restrictions", "Turn restrictions (in the twin, vehicles may turn at every junction): {n:,}"),
    ("double_places", "Places that stand in the data twice: {n:,}"),
    ("without_emergency", "Hospitals without an emergency department: {n:,}"),
    ("hospitals_far_off", "Hospitals more than 2 km from the nearest road: {n:,}"),
)
ASSUMED: Final = _sentences(
    ("speed_assumed_share", "Speed by road class where no limit is tagged, share of the streets' length: {n:.0%}"),
    ("lanes_assumed_share", "Lanes by road class where none are tagged, share of the streets' length: {n:.0%}"),
    ("changing_direction", "Ways whose direction changes by the hour, taken as open in both: {n:,}"),
    ("hospitals_capability_assumed", "Hospitals taken to treat every emergency, as the data do not say: {n:,}"),
    ("hospitals_capacity_assumed", "Hospitals whose emergency bays and laboratories are assumed: {n:,}"),
    ("stations_placed", "Stations placed near the residents (k-means): {n:,}"),
    ("stations_fewer", "Stations fewer than asked for, as there are not as many cells with residents: {n:,}"),
    ("vehicles_assumed", "Vehicles: one for each 75,000 residents, as in Zhengzhou, and at least one a station"),
    ("population_assumed", "Population: 400 residents for each kilometre of residential street; better give the total"),
    ("population_all_streets", "No residential street is tagged: residents are spread over all but the fast roads"),
)
KEPT: Final = _sentences(
    ("nodes", "Junctions: {n:,}"),
    ("edges", "Directed edges: {n:,}"),
    ("street_km", "Streets: {n:,.0f} km"),
    ("hospitals", "Hospitals: {n:,}"),
    ("stations", "Stations: {n:,}"),
    ("vehicles", "Vehicles: {n:,}"),
    ("residents", "Residents: {n:,}"),
)


class Summary(ABC):
    """What an import has to tell."""

    @abstractmethod
    def lines(self, language: Language | None = None) -> list[str]:
        """Return the summary as lines of text."""

    def text(self, language: Language | None = None) -> str:
        """Return the summary as one text."""
        return "\n".join(self.lines(language))


@dataclass(frozen=True)
class ImportSummary(Summary):
    """What an import did.

    Attributes
    ----------
    kept, dropped, assumed
        Counts by the keys of `KEPT`, `DROPPED` and `ASSUMED`; the shares of ``assumed`` are fractions of 1.
    seconds
        Wall time.
    """

    source: Path
    target: Path
    reader: str
    kept: dict[str, float]
    dropped: dict[str, float]
    assumed: dict[str, float]
    seconds: float

    def lines(self, language: Language | None = None) -> list[str]:
        """Return the summary as lines of text."""
        say = language or Language("en")
        lines = [
            say("{target}: imported from {source} in {seconds:.1f} s", target=self.target, source=self.source,
                seconds=self.seconds)
        ]  # fmt: skip
        for title, sentences, counts in (
            (say("Kept"), KEPT, self.kept),
            (say("Dropped"), DROPPED, self.dropped),
            (say("Assumed"), ASSUMED, self.assumed),
        ):
            lines += told_under(title, sentences, counts, say)
        return lines

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for a program, ready for JSON."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "reader": self.reader,
            "kept": dict(self.kept),
            "dropped": dict(self.dropped),
            "assumed": dict(self.assumed),
            "seconds": round(self.seconds, 3),
        }


def told_under(
    title: str, sentences: Mapping[str, str], counts: Mapping[str, float], say: Language, **values: object
) -> list[str]:
    """Return a title and, indented, the sentences whose count is not 0; nothing where there is none."""
    told = [say(sentence, n=counts[key], **values) for key, sentence in sentences.items() if counts.get(key)]
    return [title, *(f"  {line}" for line in told)] if told else []


def dropped_from(counts: Counter[str]) -> dict[str, float]:
    """Pick what was dropped out of the counts of an import."""
    return {key: counts[key] for key in DROPPED}


def assumed_from(counts: Counter[str]) -> dict[str, float]:
    """Pick what was assumed out of the counts of an import."""
    kept_m = max(counts["kept_m"], 1)
    shares = {f"{key}_assumed_share": round(counts[f"{key}_assumed_m"] / kept_m, 4) for key in ("speed", "lanes")}
    return shares | {key: int(counts[key]) for key in ASSUMED if key not in shares}
