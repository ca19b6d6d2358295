"""How large a difference has to be to matter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from twin.experiment.studies.refusing import check_kpi, refuse
from twin.scenario.problems import show

if TYPE_CHECKING:
    from twin.core.kpis import Kpi

ASSUMED_SHARE: Final = 0.05
"""Of the baseline's mean, where nobody has said what matters: assumed, no source."""
OPTION: Final = "--margin"
Origin = Literal["given", "published", "assumed"]


@dataclass(frozen=True, slots=True)
class Margin:
    """The smallest difference that matters.

    Attributes
    ----------
    size
        In the KPI's unit, above 0.
    origin
        ``given`` on the command line, ``published`` with the KPI, or ``assumed``.
    """

    size: float
    origin: Origin


@dataclass(frozen=True, slots=True)
class Size:
    """A size as it was given: a share of the baseline's mean, or an amount in the KPI's unit."""

    value: float
    relative: bool

    def of(self, baseline_mean: float) -> float:
        """Return it in the KPI's unit."""
        return self.value * abs(baseline_mean) if self.relative else self.value


@dataclass(frozen=True, slots=True)
class Margins:
    """What was given on the command line: for single KPIs, and for all others."""

    by_kpi: Mapping[str, Size] = field(default_factory=dict)
    default: Size | None = None

    def of(self, kpi: Kpi, baseline_mean: float) -> Margin | None:
        """Return a KPI's margin; None where it would be a share of nothing."""
        given = self.by_kpi.get(kpi.name, self.default)
        if given is not None:
            size, origin = given.of(baseline_mean), "given"
        elif kpi.family.margin is not None:
            size, origin = kpi.family.margin, "published"
        else:
            size, origin = ASSUMED_SHARE * abs(baseline_mean), "assumed"
        return Margin(size, origin) if size > 0 else None  # type: ignore[arg-type]


def read_margins(words: Iterable[str], known: Iterable[str]) -> Margins:
    """Read what ``--margin`` was given: ``KPI=0.5``, ``KPI=3%``, or ``3%`` for all others.

    Raises
    ------
    InvalidScenarioError
        For a KPI that there is not, and for what is no size above 0.
    """
    names, by_kpi, default = list(known), {}, None
    for word in words:
        kpi, equals, text = word.rpartition("=")
        size = read_size(OPTION, text)
        if not equals:
            if not size.relative:
                refuse(OPTION, "a margin for all KPIs is a share, as in 3%; or name the KPI: KPI={word}", word=word)
            default = size
        else:
            check_kpi(OPTION, kpi, names)
            by_kpi[kpi] = size
    return Margins(by_kpi, default)


def read_size(option: str, text: str) -> Size:
    """Read ``0.5`` or ``3%``.

    Raises
    ------
    InvalidScenarioError
        For what is no number above 0.
    """
    try:
        relative = text.endswith("%")
        value = float(text.removesuffix("%")) / (100 if relative else 1)
    except ValueError:
        value = math.nan
    if not (value > 0 and math.isfinite(value)):
        refuse(option, "{text} is not a size above 0, as 0.5 or 3%", text=show(text))
    return Size(value, relative)
