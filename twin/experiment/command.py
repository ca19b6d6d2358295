"""What ``twin run`` and ``twin kpis`` do once the arguments are read."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from twin.core.language import Language
from twin.core.output import print_out
from twin.experiment.beside import BesideRow, beside, headline_beside, not_shared
from twin.experiment.compare import Comparison, Interval, headline, lacks_sentence, of_one_alone

if TYPE_CHECKING:
    from twin.core.domain import RunWarning
    from twin.experiment.cell_store import CellStore
    from twin.experiment.cells import Job
    from twin.experiment.executors import Executor
    from twin.experiment.run import RunOptions
    from twin.experiment.store import Results
    from twin.scenario.load import Scenario

_WORDS = {
    "better": "better",
    "worse": "worse",
    "undecided": "no difference shown",
    "same": "the same",
    "higher": "higher",
    "lower": "lower",
}


def run_and_report(
    scenario: Scenario,
    language: Language,
    *,
    options: RunOptions,
    check_kpis: bool,
    with_report: bool,
    as_json: bool,
) -> int:
    """Run, write the report, print the verdict; return the exit code."""
    from twin.experiment.run import run

    if check_kpis and not scenario.expect:
        said = language(
            "{path}: states no bounds under expect, so --check-kpis checks nothing", path=str(scenario.path)
        )
        click.echo(language("warning: {text}", text=said), err=True)
    compile_if_needed(scenario.domains, language)
    with progress_bar(language) as progress:

        def warn(warning: RunWarning) -> None:
            click.echo(language("warning: {text}", text=language(warning.sentence, **warning.values)), err=True)

        folder = run(scenario, options, progress, warn)
    from twin.experiment.store import Results

    results = Results(folder)
    missed = check_bounds(results)
    if as_json:
        print_out(
            json.dumps({**summary(results), "missed": missed, "folder": str(folder)}, indent=1, ensure_ascii=False)
        )
    else:
        print_out("\n".join(verdict_lines(results, language)))
    for row in missed:
        click.echo(_missed_line(row, language), err=True)
    if with_report:
        from twin.report.build import write_report

        write_report(results, folder / "report.html", language, processes=options.jobs)
    if not as_json:
        print_out(str(folder / "report.html" if with_report else folder))
    return 1 if check_kpis and missed else 0


def _missed_line(row: dict[str, Any], language: Language) -> str:
    named = {key: row[key] for key in ("kpi", "brain", "bound")}
    if row["value"] is None:
        return language("bound missed: {kpi} of {brain} has no value on any day, wanted {bound}", **named)
    return language("bound missed: {kpi} of {brain} is {value}, wanted {bound}", value=_number(row["value"]), **named)


def live_and_show(
    jobs: Sequence[Job], store: CellStore, executor: Executor, language: Language, *, with_events: bool = False
) -> int:
    """Live what is missing of a study's jobs, with a bar on a terminal; return how many those were."""
    from twin.experiment.live import live

    missing = store.missing_jobs(jobs, with_events=with_events)
    compile_if_needed(list(dict.fromkeys(name for job in missing for name in job.cell.scenario.domains)), language)

    def tell(sentence: str, values: dict[str, object]) -> None:
        click.echo(language("warning: {text}", text=language(sentence, **values)), err=True)

    with progress_bar(language) as progress:
        return live(jobs, store, executor, progress, tell, with_events=with_events)


def compile_if_needed(domains: Sequence[str], language: Language) -> None:
    """Compile the kernels of domains, and say so, where that has not been done."""
    from twin.experiment.tasks import import_libraries

    import_libraries()  # in their order, before numba comes with what follows
    from twin.city.warm_up import NEEDED, WARM_UP, compile_beside, kernels_are_compiled
    from twin.domains import DESCRIPTIONS

    taking_part = [DESCRIPTIONS[name] for name in domains]
    if not kernels_are_compiled([*NEEDED, *(name for domain in taking_part for name in domain.kernels)]):
        click.echo(language("first run: compiling the kernels, once; this takes some 30 seconds"), err=True)
        compile_beside([WARM_UP, *(domain.warm_up for domain in taking_part if domain.warm_up)])


@contextmanager
def progress_bar(language: Language) -> Iterator[Callable[[int, int], None]]:
    """Show a bar where standard error is a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from tqdm import tqdm

    with tqdm(desc=language("replications"), unit="", dynamic_ncols=True) as bar:

        def show(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        yield show


def verdict_lines(results: Results, language: Language) -> list[str]:
    """Return the verdict as plain text: each headline KPI under both brains, the difference, its interval, a word."""
    baseline, *others = results.brains
    lines = []
    if not others:
        frame = results.kpis.groupby("kpi", sort=False)["value"].mean()
        return [f"{name}  {_number(value)}" for name, value in frame.items() if str(name).count(".") <= 2]
    for other in others:
        rows = headline(results.catalogue(), results.compare(baseline, other))
        over = rows[0].difference.over if rows and rows[0].difference else "days"
        lines.append(
            language(
                "{other} against {baseline}: one day, differences with 95 % intervals over {over}"
                if results.scenario.replications == 1
                else "{other} against {baseline}: means over {n} days, differences with 95 % intervals over {over}",
                other=other, baseline=baseline, n=results.scenario.replications,
                over=_over_words(over, language),
            )
        )  # fmt: skip
        lines += [_line(row, language) for row in rows]
        alone = of_one_alone(results.catalogue(), results.kpis, baseline, other)
        lines += [f"  {lacks_sentence(language, brain, kpis)}" for brain, kpis in alone.items()]
    return lines


def _over_words(over: str, language: Language) -> str:
    if over == "days_in_a_row":
        return language("days in a row, by blocks")
    return language("the days") if over == "days" else language("the cases of the day")


def _line(row: Comparison, language: Language) -> str:
    difference = (
        f"{_signed(row.difference.mean)} [{_signed(row.difference.low)}, {_signed(row.difference.high)}]"
        if row.difference
        else "-"
    )
    some = ""
    if row.difference and row.of_some:
        some = language(" (in the {n} cases that both have)", n=row.difference.count)
    return (
        f"  {row.name:<58} {_number(row.baseline.mean):>9} -> {_number(row.other.mean):>9}  "
        f"{difference:<28} {language(_WORDS[row.verdict])}{some}"
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _signed(value: float) -> str:
    return f"{value:+.0f}" if abs(value) >= 1000 else f"{value:+.3g}"


def check_bounds(results: Results) -> list[dict[str, Any]]:
    """Return the bounds of the scenario's ``expect`` that are missed by the mean over replications."""
    means = results.kpis.groupby(["brain", "kpi"])["value"].mean()
    missed = []
    for expectation in results.scenario.expect:
        brains = (expectation.brain,) if expectation.brain else results.brains
        for brain in brains:
            value = float(means.get((brain, expectation.kpi), math.nan))
            low = -math.inf if expectation.min is None else expectation.min
            high = math.inf if expectation.max is None else expectation.max
            if not low <= value <= high:
                bound = " ".join(
                    part
                    for part in (
                        f">= {expectation.min}" if expectation.min is not None else "",
                        f"<= {expectation.max}" if expectation.max is not None else "",
                    )
                    if part
                )
                known = None if math.isnan(value) else value  # JSON has no NaN
                missed.append({"kpi": expectation.kpi, "brain": brain, "value": known, "bound": bound})
    return missed


def summary(results: Results) -> dict[str, Any]:
    """Return the KPIs and differences of a run as plain data for scripts."""
    baseline, *others = results.brains
    means = results.kpis.groupby(["brain", "kpi"])["value"].mean()
    return {
        "run_id": results.manifest["run_id"],
        "kpis": {brain: dict(means[brain].items()) for brain in results.brains},
        "differences": {
            other: {
                row.name: {"unit": row.unit, "verdict": row.verdict, "difference": _interval(row.difference)}
                for row in results.compare(baseline, other)
            }
            for other in others
        },
    }


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    plain = asdict(interval)
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in plain.items()
    }


def print_kpis(results: Results, language: Language, as_json: bool) -> None:
    """Print every KPI of a run, averaged over replications."""
    if as_json:
        click.echo(json.dumps(summary(results), indent=1, ensure_ascii=False))
        return
    table = results.kpis.pivot_table(index="kpi", columns="brain", values="value", aggfunc="mean", sort=False)
    width = max(map(len, table.index), default=0)
    click.echo(f"{'KPI':<{width}}  " + "  ".join(f"{brain:>14}" for brain in results.brains))
    for name, row in table.iterrows():
        click.echo(f"{name!s:<{width}}  " + "  ".join(f"{_number(row[brain]):>14}" for brain in results.brains))


def print_beside(results: Results, other: Results, language: Language, as_json: bool) -> None:
    """Print the headline KPIs of a run beside those of another, or all of them as JSON."""
    rows, differ = beside(results, other), not_shared(results, other)
    if differ:
        text = language("warning: the runs are not of the same days: {keys} differ", keys=", ".join(differ))
        click.echo(text, err=True)
    if as_json:
        plain = [{"brain": row.brain, "kpi": row.kpi.name, "other": row.other, "own": row.own} for row in rows]
        click.echo(json.dumps({"other": str(other.folder), "not_shared": differ, "kpis": plain}, indent=1))
        return
    shown = headline_beside(rows)
    for brain in dict.fromkeys(row.brain for row in shown):
        click.echo(language("{brain}: {other} -> {own}", brain=brain, other=str(other.folder), own=str(results.folder)))
        click.echo("\n".join(_beside_line(row) for row in shown if row.brain == brain))


def _beside_line(row: BesideRow) -> str:
    share = f"{100 * row.difference / row.other:+.1f} %" if row.other else "-"
    values = f"{_number(row.other):>9} -> {_number(row.own):>9}  {_signed(row.difference):>9}"
    return f"  {row.kpi.name:<58} {values}  {share:>9}"
