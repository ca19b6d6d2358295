"""The command line in a process of its own, and a scenario small enough for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RUN_SCENARIO = (sys.executable, str(ROOT / "run_scenario.py"))
TWIN = (sys.executable, "-m", "twin.cli")

SCENARIO = """\
title: A small city for a few hours
map: {map_folder}
start: 2021-03-15 08:00
duration_h: 1
warm_up_h: 0
seed: 7
replications: 2
"""


def shared(name: str) -> Path:
    """Return a file of observations that stays outside the project: beside it, or beside a worktree's folder."""
    places = [parent / "shared" / "data" / name for parent in (ROOT.parent, ROOT.parent.parent)]
    return next((place for place in places if place.exists()), places[0])


def write_scenario(folder: Path, map_folder: Path, more: str = "", name: str = "tiny.yaml") -> Path:
    """Write a scenario of the small city, two brains on two days of an hour; ``more`` adds keys."""
    path = folder / name
    path.write_text(SCENARIO.format(map_folder=map_folder) + more, encoding="utf-8")
    return path


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a child process that finds this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def call(*words: str | Path, program: tuple[str, ...] = TWIN, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end and return what it printed."""
    options = {"cwd": ROOT, "env": environment(), "timeout": 120, "capture_output": True, **options}
    return subprocess.run([*program, *map(str, words)], text=True, check=False, **options)


def start(*words: str | Path, program: tuple[str, ...] = TWIN, **options: Any) -> subprocess.Popen[str]:
    """Start the command line as the head of a process group of its own, as a terminal does."""
    options = {"cwd": ROOT, "env": environment(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([*program, *map(str, words)], text=True, start_new_session=True, **options)


def only_run(reports: Path) -> Path:
    """Return the folder of the one finished run below ``reports``."""
    (run,) = [path.parent for path in reports.glob("*/*/manifest.json") if not path.parent.name.startswith(".")]
    return run


def results_of(run: Path) -> dict[str, bytes]:
    """Return every file of a run that its seed determines, byte for byte, by name."""
    events = [path for path in sorted(run.glob("events/**/*")) if path.name != "times.json"]  # what rules took
    paths = [*events, run / "kpis.csv", run / "kpis.json"]
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def remnants(reports: Path) -> list[str]:
    """Return the hidden files and folders below ``reports``: what a run writes beside before it is whole."""
    return sorted(path.relative_to(reports).as_posix() for path in reports.rglob(".*"))


def town_traffic(trips_per_day: int) -> str:
    """Return the section ``traffic`` of a scenario of the small city: few vehicles, short ways, few spaces."""
    return f"""\
traffic:
  figures_for_residents: 0
  trips_per_day: {trips_per_day}
  mean_trip_km: {{work: 2.5, school: 1.8, business: 2.5, leisure: 2.2, hospital: 2.6}}
  through_trips_per_day: 100
  lorry_trips_per_day: 100
  buses: 4
  bus_routes: 2
  off_street_spaces: 900
  roadside_spaces: 60
  lot_mean_spaces: 40
  tariff_zone_km: [1.0, 2.0]
"""


def _no_json_number(word: str) -> Any:
    raise AssertionError(f"{word} is no JSON")


def strict_json(text: str) -> Any:
    """Read JSON as other programs do: Python alone would take NaN and Infinity for numbers."""
    return json.loads(text, parse_constant=_no_json_number)
