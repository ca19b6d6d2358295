"""How large a difference has to be to matter, and who says so.

The command line wins over the scenario, the scenario over what a domain states with its KPIs; where nobody says
anything it is a share of the baseline's mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from twin.core.margins import PER_CENT, Size, size_of
from twin.experiment.studies.refusing import check_kpi, refuse
from twin.scenario.problems import show

if TYPE_CHECKING:
    from twin.core.kpis import Kpi

ASSUMED: Final = Size(0.05, relative=True)
"""Where nobody has said what matters: assumed, no source."""
OPTION: Final = "--margin"
Origin = Literal["given", "published", "derived", "assumed"]
ON_COMMAND_LINE: Final = "on the command line"
IN_SCENARIO: Final = "in the scenario"
NOBODY: Final = "nobody has said what matters"


@dataclass(frozen=True, slots=True)
class Margin:
    """The smallest difference that matters.

    Attributes
    ----------
    size
        In the KPI's unit, above 0.
    origin
        ``given`` on the command line or in the scenario; else the label under which the domain states it, or
        ``assumed`` where nobody does.
    source
        Who gave it, or the source of what the domain states.
    share
        Of the baseline's mean, where it is one.
    """

    size: float
    origin: Origin
    source: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Margins:
    """What was given: on the command line for single KPIs and for all others, and in the scenario for single ones.

    Attributes
    ----------
    stated
        Whether what domains state with their KPIs counts.
    """

    by_kpi: Mapping[str, Size] = field(default_factory=dict)
    default: Size | None = None
    in_scenario: Mapping[str, Size] = field(default_factory=dict)
    stated: bool = True

    def of(self, kpi: Kpi, baseline_mean: float) -> Margin | None:
        """Return a KPI's margin; None where it would be a share of nothing."""
        size, origin, source = self._chosen(kpi)
        amount = size.of(baseline_mean)
        return Margin(amount, origin, source, size.value if size.relative else None) if amount > 0 else None

    def _chosen(self, kpi: Kpi) -> tuple[Size, Origin, str]:
        given = self.by_kpi.get(kpi.name, self.default)
        if given is not None:
            return given, "given", ON_COMMAND_LINE
        if kpi.name in self.in_scenario:
            return self.in_scenario[kpi.name], "given", IN_SCENARIO
        if self.stated and kpi.margin is not None:
            return kpi.margin.size, kpi.margin.label, kpi.margin.source
        return ASSUMED, "assumed", NOBODY


def read_margins(
    words: Iterable[str], known: Iterable[str], in_scenario: Mapping[str, Size] | None = None, *, stated: bool = True
) -> Margins:
    """Read what ``--margin`` was given: ``KPI=0.5``, ``KPI=3%``, or ``3%`` for all others.

    Parameters
    ----------
    in_scenario, stated
        What the scenario gives, and whether what domains state counts; see `Margins`.

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
    return Margins(by_kpi, default, in_scenario or {}, stated)


def read_size(option: str, text: str) -> Size:
    """Read ``0.5`` or ``3%``.

    Raises
    ------
    InvalidScenarioError
        For what is no number above 0.
    """
    size = size_of(text if text.endswith(PER_CENT) else _number(text))
    if size is None:
        refuse(option, "{text} is not a size above 0, as 0.5 or 3%", text=show(text))
    return size


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
