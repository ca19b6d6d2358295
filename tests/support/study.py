"""A study in a process of its own: lives a scenario's cells and prints how many were missing.

``python -m support.study SCENARIO REPORTS DAYS PROCESSES``
"""

from __future__ import annotations

import sys
from pathlib import Path

from twin.core.errors import TwinError
from twin.experiment.cell_store import CellStore
from twin.experiment.cells import cells_of, jobs_of
from twin.experiment.executors.local import LocalExecutor
from twin.experiment.live import live
from twin.scenario.load import load_scenario


def main(scenario: str, reports: str, days: str, processes: str) -> int:
    """Live what is missing; say what went wrong on standard error."""
    jobs = jobs_of(cells_of(load_scenario(scenario)), int(days))
    try:
        sys.stdout.write(f"{live(jobs, CellStore(Path(reports) / 'cells'), LocalExecutor(int(processes)))}\n")
    except TwinError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
