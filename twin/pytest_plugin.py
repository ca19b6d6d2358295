"""Lets pytest run scenarios and hold their KPIs to the bounds that they state under ``expect``.

Does nothing unless asked: ``pytest --twin-scenarios scenarios/emergency_days.yaml`` (a file, or a folder of them), or
in the configuration ``twin_scenarios = scenarios`` with folders relative to it. Each scenario with bounds is one test.
What the configuration names is left out where files are named on the command line, as ``testpaths`` are. A run that
this code has finished before is used again; one that another process is at is waited for.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from twin.experiment.store import Results
    from twin.scenario.scenario import Scenario

ENDINGS: Final = (".yaml", ".yml")
_LOOK_EVERY_S: Final = 0.5


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, all of which begin with ``--twin-``."""
    group = parser.getgroup("twin", "scenarios of the twin")
    group.addoption(
        "--twin-scenarios", action="append", default=[], metavar="PATH",
        help="run this scenario file, or those of this folder, and check the bounds under expect (repeat)",
    )  # fmt: skip
    group.addoption("--twin-reports", default="reports", metavar="FOLDER", help="where runs are kept [reports]")
    group.addoption("--twin-reps", type=int, metavar="N", help="days of each scenario instead of its own")
    group.addoption("--twin-jobs", type=int, default=1, metavar="N", help="worker processes of each run [1]")
    parser.addini("twin_scenarios", "folders of scenarios whose bounds are checked", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Let pytest look where scenarios were named; nothing where none were."""
    for path in _named(config) if config.args_source != config.ArgsSource.ARGS else _given(config):
        if not path.exists():
            raise pytest.UsageError(
                f"{path}: there is no such file or folder, which --twin-scenarios or twin_scenarios names"
            )
        if str(path) not in config.args:
            config.args.append(str(path))


def _given(config: pytest.Config) -> list[Path]:
    """Return the files and folders that the command line names."""
    names = config.getoption("--twin-scenarios")
    return [Path(os.path.normpath(config.invocation_params.dir / name)) for name in names]


def _named(config: pytest.Config) -> list[Path]:
    """Return the files and folders that the command line or the configuration names."""
    return [*_given(config), *(Path(os.path.normpath(path)) for path in config.getini("twin_scenarios"))]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file that was named, or lies below a folder that was."""
    if file_path.suffix not in ENDINGS:
        return None
    named = _named(parent.config)
    if file_path in named or any(folder in file_path.parents for folder in named):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A scenario file: one test where it states bounds, none where it is named by its folder alone and has none."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Read and check the file."""
        from twin.core.errors import TwinError
        from twin.scenario.load import load_scenario

        days = self.config.getoption("--twin-reps")
        try:
            scenario = load_scenario(self.path, () if days is None else (f"replications={days}",))
        except TwinError as error:
            raise self.CollectError(str(error)) from None
        if scenario.expect:
            yield ScenarioItem.from_parent(self, name="expect", scenario=scenario)
        elif self.path in _named(self.config):
            raise self.CollectError(f"{self.path}: states no bounds; add some under expect, or name another file")


class BoundsMissedError(AssertionError):
    """A scenario's KPIs do not keep to its bounds."""


class ScenarioItem(pytest.Item):
    """Runs a scenario and checks its bounds."""

    def __init__(self, scenario: Scenario, **given: Any) -> None:
        super().__init__(**given)
        self.scenario = scenario

    @cached_property
    def reports(self) -> Path:
        """Where runs are kept."""
        folder: str = self.config.getoption("--twin-reports")
        return self.config.invocation_params.dir / folder

    def runtest(self) -> None:
        """Run the scenario, or use its finished run again, also one that another test's process is finishing."""
        from twin.experiment.run import RunningError, RunOptions, run
        from twin.experiment.store import Results

        options = RunOptions(self.reports, self.config.getoption("--twin-jobs"), resume=True)
        while True:
            try:
                results = Results(run(self.scenario, options))
                break
            except RunningError:
                time.sleep(_LOOK_EVERY_S)
        missed = list(_missed(results))
        if missed:
            raise BoundsMissedError("\n".join([*missed, f"the run is in {results.folder}"]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Tell what is missed, or wrong, without a traceback of the twin's own code."""
        from twin.core.errors import TwinError

        if isinstance(excinfo.value, BoundsMissedError | TwinError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the test in pytest's headings."""
        return self.path, None, f"{self.path.name}: {self.scenario.title}"


def _missed(results: Results) -> Iterator[str]:
    """Name each bound that is missed: KPI, brain, value, bound, and the interval of the value."""
    from twin.experiment.command import check_bounds
    from twin.experiment.compare import t_interval

    for row in check_bounds(results):
        frame = results.kpis[(results.kpis["brain"] == row["brain"]) & (results.kpis["kpi"] == row["kpi"])]
        values = frame["value"].to_numpy(dtype=float)
        if not len(values):
            yield f"{row['kpi']} of {row['brain']} has no value, wanted {row['bound']}"
            continue
        found = t_interval(values, "days")
        sure = f"95 % interval {found.low:.4g} to {found.high:.4g} over {found.count} days"
        word = sure if found.count > 1 else "a single day, so no interval"
        yield f"{row['kpi']} of {row['brain']} is {found.mean:.4g}, wanted {row['bound']} ({word})"
