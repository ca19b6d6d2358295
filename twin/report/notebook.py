"""Results in a notebook: tables as DataFrames, a KPI drawn day by day, the report, a day lived again."""

from __future__ import annotations

import dataclasses
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twin.core.errors import ResultsError
from twin.core.language import Code, Language
from twin.experiment.compare import t_interval
from twin.experiment.store import Results

if TYPE_CHECKING:
    import pandas as pd

    from twin.experiment.replay import Moment


@dataclasses.dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that a notebook shows, as SVG."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: Path | str) -> Path:
        """Write it to a file and return its path."""
        Path(path).write_text(self.svg, encoding="utf-8")
        return Path(path)


class Result(Results):
    """A finished run, as ``twin.load(path).run()`` returns it."""

    def __repr__(self) -> str:
        days, brains = self.scenario.replications, ", ".join(self.brains)
        return f"<Result of {self.scenario.title!r}: {days} x {brains}, in {self.folder}>"

    def differences(self, baseline: str, other: str) -> pd.DataFrame:
        """Return what another brain changed, a row a KPI: means, paired difference, interval, verdict."""
        import pandas as pd

        rows = [
            {
                "kpi": row.name, "unit": row.unit, baseline: row.baseline.mean, other: row.other.mean,
                "difference": row.difference.mean if row.difference else math.nan,
                "low": row.difference.low if row.difference else math.nan,
                "high": row.difference.high if row.difference else math.nan,
                "verdict": row.verdict,
            }
            for row in self.compare(baseline, other)
        ]  # fmt: skip
        return pd.DataFrame(rows).set_index("kpi")

    def chart(self, kpi: str) -> Drawing:
        """Draw a KPI: each brain's days, those of one day joined, and the means with their 95 % intervals.

        Raises
        ------
        ResultsError
            Where the run has no such KPI.
        """
        from matplotlib.figure import Figure

        table = self.kpis[self.kpis["kpi"] == kpi].pivot_table(index="replication", columns="brain", values="value")
        if table.empty:
            template = "{path}: the run gives no KPI {kpi}; twin kpis RUN lists them"
            raise ResultsError(template, path=self.folder, kpi=kpi)
        table = table[[brain for brain in self.brains if brain in table]]
        figure = Figure(figsize=(1.5 + 1.6 * table.shape[1], 3.6), layout="constrained")
        axes = figure.subplots()
        places = np.arange(table.shape[1])
        for _, day in table.iterrows():
            axes.plot(places, day.to_numpy(), color="0.75", marker="o", markersize=3, linewidth=0.8)
        for place, brain in enumerate(table.columns):
            found = t_interval(table[brain].dropna().to_numpy(dtype=float), "days")
            half = found.high - found.mean if found.count > 1 else 0.0
            axes.errorbar(place, found.mean, yerr=half, fmt="D", color="black", capsize=5)
        axes.set_xticks(places, list(table.columns))
        axes.set_xlim(-0.5, table.shape[1] - 0.5)
        axes.set_ylabel(f"{kpi.partition('.')[2]} [{self.catalogue()[kpi].family.unit}]")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        stream = io.StringIO()
        figure.savefig(stream, format="svg")
        return Drawing(stream.getvalue())

    def report(self, path: Path | str | None = None, *, language: Code = "en", open_it: bool = False) -> Path:
        """Write the report (``report.html`` in the run's folder where no path is given) and return its path.

        Parameters
        ----------
        open_it
            Whether to open it in a browser.
        """
        from twin.report.build import write_report

        written = self.folder / "report.html" if path is None else Path(path)
        write_report(self, written, Language(language))
        if open_it:
            import webbrowser

            webbrowser.open(written.resolve().as_uri())
        return written

    def replay(
        self, brain: str, replication: int, *, until_s: float = math.inf, decision: str | None = None,
        number: int | None = None,
    ) -> Moment:  # fmt: skip
        """Live a day again up to a moment, and return the question that was asked last before it.

        See `twin.experiment.replay.replay`.
        """
        from twin.core.clock import DRAIN_LIMIT_S
        from twin.experiment.replay import replay

        end_s = min(until_s, self.clock.duration_s + DRAIN_LIMIT_S)
        return replay(self, brain, replication, until_s=end_s, decision=decision, number=number)
