"""What ``twin baseline record`` and ``twin baseline check`` do once the arguments are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from twin.core.errors import ResultsError
from twin.core.language import Language
from twin.core.output import print_out
from twin.experiment.baselines import exact, speed, statistics
from twin.experiment.baselines.files import (
    PARTS,
    Part,
    damaged,
    folder_of,
    keys_of_other_code,
    path_of,
    read_part,
    write_part,
)
from twin.experiment.baselines.words import exact_lines, recorded_lines, speed_lines, statistics_lines

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BaselineOptions:
    """How a baseline is recorded or checked.

    Attributes
    ----------
    parts
        The parts named; none where it is left open.
    folder
        Where its files are; None for ``baselines/<scenario>`` beside the scenario's file.
    reports, jobs
        As for a run.
    strict
        Whether events must be as recorded although the code has changed.
    """

    parts: tuple[Part, ...]
    folder: Path | None
    reports: Path
    jobs: int
    strict: bool = False
    days: int = statistics.DAYS
    kpis: tuple[str, ...] = ()
    margins: tuple[str, ...] = ()
    exact_days: int = exact.REPLICATIONS
    attempts: int = speed.ATTEMPTS


def record(scenario: Scenario, options: BaselineOptions, language: Language, progress: Progress) -> int:
    """Write the parts named, or those that are missing; say what was written."""
    folder = folder_of(scenario, options.folder)
    missing = tuple(part for part in PARTS if not path_of(folder, part).is_file())
    parts = options.parts or missing
    if not parts:
        raise ResultsError(
            "{path}: all of the baseline is there; say what to write anew: --exact, --statistics, --speed",
            path=str(folder),
        )
    for part in parts:
        content = _recorded(part, scenario, options, progress)
        path = write_part(folder, part, scenario, content)
        for line in recorded_lines(part, content, language):
            click.echo(line, err=True)
        click.echo(str(path))
    return 0


def _recorded(part: Part, scenario: Scenario, options: BaselineOptions, progress: Progress) -> dict[str, Any]:
    if part == "exact":
        return exact.record_exact(scenario, options.exact_days, options.reports, options.jobs, progress)
    if part == "speed":
        return speed.record_speed(scenario, options.attempts, options.reports, progress)
    days = days_of(scenario, options.days, options, progress)
    return statistics.record_statistics(days, options.kpis, options.margins, scenario.margins)


def check(
    scenario: Scenario, options: BaselineOptions, language: Language, progress: Progress, *, as_json: bool
) -> int:
    """Check the parts named, or those that are there; print what differs; return 1 where the baseline is not kept."""
    folder = folder_of(scenario, options.folder)
    parts = options.parts or tuple(part for part in PARTS if path_of(folder, part).is_file())
    if not parts:
        raise ResultsError(
            "{path}: there is no baseline; write one with twin baseline record {scenario}",
            path=str(folder), scenario=str(scenario.path),
        )  # fmt: skip
    recorded = {part: _read(folder, part, scenario, language) for part in parts}
    lacking = [] if options.parts else [part for part in PARTS if part not in parts]
    if lacking:
        click.echo(language("not recorded, so not checked: {parts}", parts=", ".join(lacking)), err=True)
    checked: dict[str, Any] = {"not_recorded": lacking}
    fails = False
    lines: list[str] = []
    for part, content in recorded.items():
        failed, said, checked[part] = _CHECKS[part](scenario, content, options, language, progress)
        fails, lines = fails or failed, [*lines, *said]
    if as_json:
        print_out(json.dumps({"kept": not fails, **checked}, indent=1, ensure_ascii=False))
    else:
        print_out("\n".join(lines))
    return 1 if fails else 0


def _read(folder: Path, part: Part, scenario: Scenario, language: Language) -> Any:
    """Read a part of a baseline as its own kind of record; say what only the code of then or of today knows."""
    content = read_part(folder, part, scenario)
    keys = keys_of_other_code(content, scenario)
    if keys:
        path = path_of(folder, part)
        click.echo(language("{path}: keys that came or went since: {keys}", path=path, keys=", ".join(keys)), err=True)
    readers: dict[Part, Callable[[Mapping[str, Any]], Any]] = {
        "exact": exact.read_exact, "statistics": statistics.read_statistics, "speed": speed.read_speed,
    }  # fmt: skip
    try:
        return readers[part](content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(path_of(folder, part), part, f"{type(error).__name__}: {error}") from error


Checked = tuple[bool, list[str], Any]
"""Whether a part fails, what is said of it, and the same as plain data."""


def _check_events(
    scenario: Scenario, recorded: exact.RecordedEvents, options: BaselineOptions, language: Language, progress: Progress
) -> Checked:
    events = exact.check_exact(scenario, recorded, options.reports, options.jobs, progress)
    failed = bool(events.differences) and (options.strict or not events.code_differs)
    plain = [
        {"brain": brain, "replication": number, "table": table, **asdict(row)}
        for (brain, number, table), row in events.differences.items()
    ]
    told = {"kept": not failed, "tables": events.tables, "changed": events.code_differs, "differences": plain}
    return failed, exact_lines(events, failed, language), told


def _check_kpis(
    scenario: Scenario, recorded: statistics.RecordedDays, options: BaselineOptions, language: Language,
    progress: Progress,
) -> Checked:  # fmt: skip
    days = days_of(scenario, recorded.replications, options, progress)
    judged = statistics.check_statistics(days, recorded)
    moved = any(row.fails for row in judged.rows) or not judged.rows  # nothing is shown to be kept where none is judged
    return moved, statistics_lines(judged, recorded.replications, language), asdict(judged)


def _check_speed(
    scenario: Scenario, recorded: speed.RecordedSpeed, options: BaselineOptions, language: Language, progress: Progress
) -> Checked:
    costs = speed.check_speed(scenario, recorded, options.reports, progress)
    plain = [{**asdict(row), "ratio": row.ratio} for row in costs]
    return any(row.fails for row in costs), speed_lines(costs, language), plain


_CHECKS: Final[Mapping[Part, Callable[..., Checked]]] = {
    "exact": _check_events, "statistics": _check_kpis, "speed": _check_speed,
}  # fmt: skip


def days_of(scenario: Scenario, replications: int, options: BaselineOptions, progress: Progress) -> statistics.Days:
    """Live a scenario's days, as far as this code has not lived them yet."""
    from twin.city.places import read_districts
    from twin.experiment.catalogue import catalogue_of
    from twin.experiment.cell_store import CELLS, CellStore
    from twin.experiment.cells import Job, cells_of, jobs_of
    from twin.experiment.executors.local import LocalExecutor
    from twin.experiment.live import live

    store, cells = CellStore(options.reports / CELLS), cells_of(scenario)
    live(jobs_of(cells, replications), store, LocalExecutor(options.jobs), progress)
    draws = {day: statistics.draws_of(store.result(Job(cells[0], day))["tables"]) for day in range(replications)}
    districts = [district.id for district in read_districts(scenario.map_folder / "districts.geojson")]
    tables = {cell.brain: store.kpis(cell, replications) for cell in cells}
    return statistics.Days(tables, draws, catalogue_of(scenario.domains, districts))


def parts_named(exact_part: bool, statistics_part: bool, speed_part: bool) -> tuple[Part, ...]:
    """Return the parts whose flags were given."""
    flags: Sequence[bool] = (exact_part, statistics_part, speed_part)
    return tuple(part for part, given in zip(PARTS, flags, strict=True) if given)
