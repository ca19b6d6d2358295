"""What a domain hands to the report, and what it is handed: sections, findings, and a view of the stored run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from twin.charts.html import Html
from twin.city.map import CityMap
from twin.core.clock import Clock
from twin.core.language import Language


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    id
        Address inside the page (``#curves``); letters, digits and hyphens.
    title
        Heading, in the reader's language.
    html
        What stands below the heading.
    """

    id: str
    title: str
    html: Html


@dataclass(frozen=True, slots=True)
class Finding:
    """How the verdict says one KPI in plain words.

    Attributes
    ----------
    kpis
        Names without the domain; the first that the run can compare is said (over a single day only means are
        compared).
    lower, higher
        Sentences for a difference that is shown, with a place ``{difference}`` (a size with its unit) and no full stop.
    subject
        A fragment that names what is measured: "how soon a vehicle is on the scene".
    """

    kpis: tuple[str, ...]
    lower: str
    higher: str
    subject: str


class StoredRun(Protocol):
    """What a domain's sections may read of a run."""

    @property
    def brains(self) -> tuple[str, ...]:
        """Names of the brains; the first is what others are compared with."""

    @property
    def titles(self) -> Mapping[str, str]:
        """What each brain is called in the reader's language."""

    @property
    def replications(self) -> int:
        """Number of days."""

    @property
    def clock(self) -> Clock:
        """The calendar of the run."""

    @property
    def city(self) -> CityMap | None:
        """The map, or None where its folder is not there any more or cannot be read."""

    @property
    def districts(self) -> Mapping[str, str]:
        """What each district of the map is called; its id where the map is not there."""

    def events(self, table: str, brain: str, replication: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return an event table of one replication, or these columns of it."""


class SectionFunction(Protocol):
    """Makes a domain's sections of the report (``DomainDescription.report``).

    The module that holds it may also have ``FINDINGS`` (a tuple of `Finding`, most important first) and
    ``MEMBER_NAMES`` (English names of the members of its groupings).
    """

    def __call__(self, run: StoredRun, language: Language) -> Sequence[Section]:
        """Return the sections in the order of the report."""
