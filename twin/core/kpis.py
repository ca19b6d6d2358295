"""What a KPI is: families of dotted names with unit, meaning and the direction that is better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from twin.core.margins import StatedMargin

Better = Literal["lower", "higher", "neither"]
HOURS: Final = tuple(f"h{hour:02d}" for hour in range(24))


@dataclass(frozen=True, slots=True)
class KpiFamily:
    """A measure with its statistics and the groups that it is also given for.

    Attributes
    ----------
    name
        Second part of the dotted name, with the unit as suffix: ``door_to_treatment_min``.
    title
        What it is, as a sentence fragment (translated through the table of sentences).
    unit
        ``s``, ``min``, ``share``, ``km``, ``count``.
    statistics
        ``mean``, ``median``, ``p90``, ``p95``, ``worst``; empty for a single number without a statistic.
    column
        Column of the domain's observations that it is computed from; empty where it is not a statistic of cases.
    groups
        Names of groupings (``condition``, ``district``, ``hour``) whose members stand between family and statistic.
    better
        Which direction is better.
    target
        A bound that the city has set itself, in the family's unit, or None.
    headline
        Whether the report's verdict shows it.
    margins
        The smallest differences that matter: of the family, and of members of its groups for which it is another.
        Where nobody has said, a comparison takes a share of the baseline's mean.
    """

    name: str
    title: str
    unit: str
    statistics: tuple[str, ...] = ()
    column: str = ""
    groups: tuple[str, ...] = ()
    better: Better = "lower"
    target: float | None = None
    headline: tuple[str, ...] = ()
    margins: tuple[StatedMargin, ...] = ()


@dataclass(frozen=True, slots=True)
class Kpi:
    """One dotted name, ``domain.family[.member][.statistic]``, with its family."""

    name: str
    family: KpiFamily
    member: str | None
    statistic: str | None

    @property
    def margin(self) -> StatedMargin | None:
        """The margin stated for its member, else for its family; None where nobody has said."""
        by_member = {stated.member: stated for stated in self.family.margins}
        return by_member.get(self.member or "", by_member.get(""))


@dataclass(frozen=True, slots=True)
class KpiValue:
    """A KPI of one replication; ``count`` is the number of observations behind it."""

    name: str
    value: float
    unit: str
    count: int


def names_of(domain: str, families: tuple[KpiFamily, ...], members: Mapping[str, tuple[str, ...]]) -> Iterator[Kpi]:
    """List every KPI of a domain.

    Parameters
    ----------
    members
        The members of each grouping, such as ``{"condition": ("stemi", ...), "district": (...), "hour": HOURS}``.
    """
    for family in families:
        for member in (None, *(m for group in family.groups for m in members.get(group, ()))):
            for statistic in family.statistics or (None,):
                parts = (domain, family.name, member, statistic)
                yield Kpi(".".join(part for part in parts if part), family, member, statistic)
