"""The small protocol between the twin and its domains.

A `DomainDescription` is light (no mesa, numba or pandas), so that checking a scenario is fast; the `Domain` object,
made by its ``factory``, does the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from twin.core.clock import Clock
from twin.core.decisions import Connection, Decision
from twin.core.kpis import KpiFamily, KpiValue
from twin.core.parameters import ParameterSection

if TYPE_CHECKING:
    import pandas as pd

    from twin.core.model import Twin

Names = Literal["connection", "hospital", "station", "road", "district"]


Place = tuple[float, float]
"""Longitude and latitude, degrees WGS84."""
Box = tuple[float, float, float, float]
"""West, south, east, north, degrees WGS84."""
DetailValue = float | str | Place | Box


@dataclass(frozen=True, slots=True)
class EventDetail:
    """A further key of an event, which says more about what happens.

    Attributes
    ----------
    name
        The key: ``place``.
    text
        What it says, as a sentence.
    what
        A number, a place (longitude and latitude, or a hospital's name), a box (west, south, east, north), or one of
        `choices`.
    low, high
        Bounds of the number.
    """

    name: str
    text: str
    what: Literal["number", "place", "box", "choice"]
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class EventKind:
    """A key of the scenario's ``events``: what may happen to the world.

    Attributes
    ----------
    name
        The key: ``road_closes``.
    text
        What it does, as a sentence.
    names
        What its value names (checked against the map or the connections), or None where it is a number.
    low, high
        Bounds of the number where the value is one.
    details
        Further keys that an event of this kind may have.
    needs_end
        Whether ``until`` must say when it ends.
    """

    name: str
    text: str
    names: Names | None = None
    low: float | None = None
    high: float | None = None
    details: tuple[EventDetail, ...] = ()
    needs_end: bool = False


@dataclass(frozen=True, slots=True)
class WorldEvent:
    """Something that happens to the world at a time (seconds since the scenario's start).

    Attributes
    ----------
    details
        Names and values of further keys, in the order of their names; see `EventDetail`.
    """

    kind: str
    value: str | float
    begins_s: float
    ends_s: float
    details: tuple[tuple[str, DetailValue], ...] = ()

    def detail(self, name: str) -> Any:
        """Return the value of a further key, None where the event does not have it."""
        return next((value for key, value in self.details if key == name), None)


@dataclass(frozen=True, slots=True)
class DomainDescription:
    """What the scenario loader, the registry and the report know about a domain.

    Attributes
    ----------
    factory
        ``module:Class`` of the `Domain`, imported when a run starts.
    observations
        ``module:function`` that turns the recorded events of one replication into measures, one row a case; see
        `ObservationFunction`.
    kpis
        ``module:function`` that computes the KPIs of one replication; see `KpiFunction`.
    report
        ``module:function`` that makes the domain's sections of the report from stored results.
    case_times
        Event table, its column of case numbers, and that of the seconds at which cases begin, for the cases of
        ``observations``; None where it has none.
    cases_are_days
        Whether the rows of ``observations`` are days that follow one another, which are not independent cases.
    members
        Members of the groupings that do not depend on the map (``condition``).
    supply
        ``module:function`` that reads the files which the scenario's section names; see `SupplyFunction`. Empty where
        it can name none.
    hears
        Kinds of the city's own events that act on this domain too.
    warnings
        ``module:function`` that looks at what a run will ask of the city before it is run; see `WarningFunction`.
    kernels, warm_up
        Files of `twin.kernels` that the domain calls beyond those of the roads, and ``module:function`` that compiles
        them, with the types of a run's arrays.
    layers
        ``module:function`` that makes what geographic information systems read of the stored results; see
        `twin.charts.layers.LayerFunction`. Empty where there is nothing.
    """

    name: str
    title: str
    parameters: type[ParameterSection]
    connections: tuple[Connection, ...]
    decisions: tuple[Decision, ...]
    event_kinds: tuple[EventKind, ...]
    kpi_families: tuple[KpiFamily, ...]
    factory: str
    observations: str
    kpis: str
    report: str
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    supply: str = ""
    hears: tuple[str, ...] = ()
    warnings: str = ""
    kernels: tuple[str, ...] = ()
    warm_up: str = ""
    layers: str = ""
    cases_are_days: bool = False
    case_times: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """What a domain has read from a user's files.

    Attributes
    ----------
    city_map
        The map, with what the files change in it.
    speeds
        Travel speeds by hour, as `twin.city.traffic.OrdinaryTraffic` takes them, or None.
    tables
        Whatever else, for the domain's ``factory`` as ``supplied``.
    """

    city_map: Any
    speeds: Any = None
    tables: Any = None


class SupplyFunction(Protocol):
    """Reads the files that a domain's section names.

    Raises TwinError with everything that is wrong with them.
    """

    def __call__(self, section: Any, folder: Path, city_map: Any, start: datetime) -> Supply:
        """Return what they hold; ``folder`` is the scenario file's, ``start`` local time of second 0."""


class Domain(Protocol):
    """One kind of city life."""

    name: str

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw everything exogenous, before any policy acts; the frames are hashed and never changed after."""

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Create agents and start their lives."""

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Change the world when an event of one of this domain's kinds, or of those it hears, begins or ends."""

    def busy(self) -> bool:
        """Say whether something that has begun is still under way."""

    def finish(self, twin: Twin) -> None:
        """Record what is still open when the run ends."""

    def populations(self) -> Mapping[str, Sequence[Any]]:
        """Return agents by what they are called: ``{"ambulances": ...}`` can be reached as ``twin.ambulances[i]``.

        Asked for after `start`. Where agents are rows of arrays, the sequence makes a view of the one asked for.
        """


@dataclass(frozen=True, slots=True)
class RunWarning:
    """What a planner should know before a run: a sentence with places for values."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


class WarningFunction(Protocol):
    """Says what will go wrong in a run, quickly and without living it."""

    def __call__(self, domain: Any, clock: Clock, events: Sequence[WorldEvent], seed: int) -> list[RunWarning]:
        """Return what stands out; ``domain`` is what the description's ``factory`` has made."""


class KpiFunction(Protocol):
    """Computes a domain's KPIs from the recorded events of one replication alone."""

    def __call__(self, events: Mapping[str, pd.DataFrame], clock: Clock) -> list[KpiValue]:
        """Return every KPI that has at least one case behind it."""


class ObservationFunction(Protocol):
    """Returns one row a case (index: the case's number), a column for each measure and grouping.

    Two brains meet the same cases, so rows of one number are paired.
    """

    def __call__(self, events: Mapping[str, pd.DataFrame], clock: Clock) -> pd.DataFrame:
        """Return the cases of the counted time."""
