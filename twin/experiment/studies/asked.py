"""Reads what ``twin compare`` was asked, and says what of it cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.experiment.studies.best import FIRST_STAGE
from twin.experiment.studies.comparison import ComparisonQuestion
from twin.experiment.studies.margins import read_margins, read_size
from twin.experiment.studies.refusing import check_kpi, refuse
from twin.scenario.problems import show

if TYPE_CHECKING:
    from twin.core.kpis import Kpi
    from twin.core.margins import Size


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command, as they were given."""

    brains: str | None = None
    kpi: str | None = None
    reps: str | None = None
    half_width: float | None = None
    cap: int = 200
    margins: tuple[str, ...] = ()
    pick_within: str | None = None
    find_warm_up: bool = False

    @property
    def words(self) -> list[str]:
        """The brains, word by word."""
        if self.brains is None:
            return []
        words = [word.strip() for word in self.brains.split(",")]
        if "" in words:
            refuse("--brains", "{text} is not a list of brains with commas between", text=show(self.brains))
        return words

    def question(
        self, brains: tuple[str, ...], replications: int, catalogue: dict[str, Kpi], in_scenario: Mapping[str, Size]
    ) -> ComparisonQuestion:
        """Return the question.

        Parameters
        ----------
        replications
            Of the scenario, where none were asked for.
        in_scenario
            The margins that the scenario gives.

        Raises
        ------
        InvalidScenarioError
            For what cannot be, and for what does not go together.
        """
        if self.kpi is not None:
            check_kpi("--kpi", self.kpi, catalogue)
        margins = read_margins(self.margins, catalogue, in_scenario)
        days = self._days(replications)
        indifference = self._indifference(brains, catalogue)
        if days is None and self.kpi is None:
            refuse("--reps", "auto needs to know which KPI matters; name it with --kpi")
        if self.find_warm_up and self.kpi is None:
            refuse("--warm-up", "needs to know which KPI is to have settled; name it with --kpi")
        if days is not None and self.half_width is not None:
            refuse(
                "--half-width", "says when days are enough, which --reps {days} has said; give --reps auto", days=days
            )
        if days is None and indifference is not None and self.half_width is not None:
            refuse("--half-width", "and --pick-within both say when to stop; leave one out")
        if days is None and indifference is not None and self.cap < FIRST_STAGE:
            refuse("--cap", "picking the best looks at {first} days to begin with; give more than {cap}",
                   first=FIRST_STAGE, cap=self.cap)  # fmt: skip
        return ComparisonQuestion(
            brains, self.kpi, days, self.half_width, self.cap, margins, indifference,
            pick=indifference is not None and days is None, find_warm_up=self.find_warm_up,
        )  # fmt: skip

    def _days(self, replications: int) -> int | None:
        if self.reps == "auto":
            return None
        if self.reps is None:
            days = replications
        elif self.reps.isascii() and self.reps.isdecimal():
            days = int(self.reps)
        else:
            refuse("--reps", "{text} is neither a number of days nor auto", text=show(self.reps))
        if days < 2:
            refuse(
                "--reps", "a comparison needs two days or more, not {days}; give --reps 10 or --reps auto", days=days
            )
        return days

    def _indifference(self, brains: Iterable[str], catalogue: dict[str, Kpi]) -> Size | None:
        if self.pick_within is None:
            return None
        if self.kpi is None:
            refuse("--pick-within", "needs to know in which KPI; name it with --kpi")
        if catalogue[self.kpi].family.better == "neither":
            refuse("--pick-within", "of {kpi} neither more nor less is better; name another with --kpi",
                   kpi=show(self.kpi))  # fmt: skip
        return read_size("--pick-within", self.pick_within)
