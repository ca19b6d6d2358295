"""A run starts with what it needs, and nothing that it does not need."""

from __future__ import annotations

import gc
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.cities import write_small_map
from support.commands import ROOT

from twin.core.collector import NEW_OBJECTS, collecting_seldom
from twin.experiment.executors.processes import do_all

START = """
import sys
from pathlib import Path
from twin.experiment.tasks import Workshop
from twin.scenario.load import load_scenario
Workshop(load_scenario(Path(sys.argv[1]))).prepare()
dear = ("networkx", "sklearn", "matplotlib", "geopandas", "pyarrow.dataset", "mesa.space")
dear += tuple(f"scipy.{part}" for part in ("linalg", "optimize", "sparse", "spatial", "special", "stats"))
assert {"mesa", "numba", "twin.domains.emergency.kpis"} <= set(sys.modules)
print([name for name in dear if name in sys.modules])
"""

MULTIPLY = """
import sys
import numpy as np
import twin.kernels.compile
assert "scipy.linalg" not in sys.modules
import numba

@numba.njit
def product(one, other):
    return np.dot(one, other)

matrix = np.array([[2.0, 1.0], [1.0, 3.0]])
print(np.allclose(product(matrix, matrix), matrix @ matrix))
import scipy.linalg
print(np.allclose(scipy.linalg.expm(0 * matrix), np.eye(2)))
"""


def run(program: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_ambulances_need_no_scipy(tmp_path: Path) -> None:
    """It takes a third of a second to import, and Mesa, numba, the roads and the map would each bring it."""
    write_small_map(tmp_path / "town", side=5, stations=2)
    scenario = tmp_path / "day.yaml"
    scenario.write_text(
        "title: day\nmap: ./town\nstart: 2021-03-15 08:00\nduration_h: 2\nseed: 1\nreplications: 1\n"
        "domains: [emergency]\nbrains: [traditional]\n",
        encoding="utf-8",
    )
    assert run(START, str(scenario)) == "[]\n"


def test_a_function_that_multiplies_matrices_can_still_be_compiled() -> None:
    """Empty modules stand in for SciPy's linear algebra while numba looks whether it is there."""
    assert run(MULTIPLY) == "True\nTrue\n"


def test_the_collector_looks_seldom_for_as_long_as_it_is_told() -> None:
    before = gc.get_threshold()
    with suppress(KeyError), collecting_seldom():
        assert gc.get_threshold()[0] == NEW_OBJECTS > before[0]
        raise KeyError
    assert gc.get_threshold() == before


@dataclass(frozen=True)
class TellThreshold:
    """Each item is a file into which a worker writes how often it collects."""

    def prepare(self) -> None: ...

    def do(self, path: Path) -> None:
        path.write_text(str(gc.get_threshold()[0]), encoding="ascii")

    def name_of(self, path: Path) -> str:
        return path.name


@pytest.mark.parametrize("processes", [1, 2])
def test_whoever_lives_days_collects_seldom(tmp_path: Path, processes: int) -> None:
    paths = [tmp_path / name for name in ("one", "two")]
    before = gc.get_threshold()
    do_all(TellThreshold(), paths, processes, lambda path: None)
    assert {path.read_text(encoding="ascii") for path in paths} == {str(NEW_OBJECTS)}
    assert gc.get_threshold() == before
