"""What determines a result, as a hash; and what else is worth knowing about a run."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import twin
from twin.core.errors import ResultsError

if TYPE_CHECKING:
    from twin.scenario.load import Scenario

RESULT_LIBRARIES: Final = ("numba", "numpy", "pandas", "pyarrow", "scipy", "simpy")
"""Libraries whose version may change a result's bytes."""

_NOT_IN_RESULTS: Final = (
    "report/", "charts/", "planning/", "rl/", "commands/", "inference/", "validation/", "cli.py", "api.py",
    "pytest_plugin.py",
    "experiment/compare.py", "experiment/command.py", "experiment/beside.py", "experiment/cell_store.py",
    "experiment/executors/", "experiment/studies/", "experiment/live.py", "experiment/baselines/",
    "experiment/estimate.py", "experiment/replay.py", "experiment/seen.py",
    "experiment/catalogue.py",
)  # fmt: skip
"""Parts of the package that only read results."""
_NOT_IN_RESULTS_ANYWHERE: Final = ("zh.yaml", "margins.toml")
"""Names of files that say or judge what came of a run, in whatever folder."""


def _code_below(root: str) -> Iterator[str]:
    """Yield the code and parameters that make results, by their names below the package.

    By `os.walk`, which leaves the many files of compiled code alone: a tenth of what `Path.rglob` takes.
    """
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for file in files:
            name = Path(folder, file).relative_to(root)
            if name.suffix not in (".py", ".yaml", ".toml") or file in _NOT_IN_RESULTS_ANYWHERE:
                continue
            if name.as_posix().startswith(_NOT_IN_RESULTS):
                continue
            if name.parent.parent.name == "domains" and file.startswith("report"):
                continue
            yield name.as_posix()


@cache
def hash_code() -> str:
    """Return the SHA-256 of the code and parameters that make results, in hexadecimal; read once in a process."""
    root = Path(twin.__file__).parent
    digest = hashlib.sha256()
    for name in sorted(_code_below(str(root)), key=Path):
        digest.update(name.encode() + b"\0" + hashlib.sha256((root / name).read_bytes()).digest())
    return digest.hexdigest()


def hash_policy_files(scenario: Scenario) -> dict[str, str]:
    """Return the SHA-256 of each policy file that the scenario names, by the name it gives."""
    from twin.policies.registry import find_file, split_reference

    hashes = {}
    for brain in scenario.brains:
        for setting in brain.decisions.values():
            reference = split_reference(setting.rule)
            path = find_file(reference[0], [scenario.folder]) if reference else None
            if reference and path is not None:
                hashes[reference[0]] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def hash_supplied_files(scenario: Scenario) -> dict[str, str]:
    """Return the SHA-256 of each table that the scenario supplies, by the name it gives."""
    hashes = {}
    for section in scenario.sections.values():
        for name in section.files():
            path = scenario.folder / name
            if not path.is_file():
                raise ResultsError("{path}: there is no such file; the scenario names it as a table", path=str(path))
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def identity(scenario: Scenario) -> dict[str, Any]:
    """Return all that determines the result of a run."""
    from twin.city.map import content_hash

    return {
        "scenario": scenario.determining(),
        "map": content_hash(scenario.map_folder),
        "code": hash_code(),
        "policies": hash_policy_files(scenario),
        "supplied": hash_supplied_files(scenario),
        "libraries": {name: importlib.metadata.version(name) for name in RESULT_LIBRARIES},
    }


def run_id(identity_of_run: Mapping[str, Any]) -> str:
    """Return the run's id: 12 hexadecimal digits of the hash of its identity."""
    text = json.dumps(identity_of_run, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def surroundings() -> dict[str, Any]:
    """Return what does not determine the result: the machine and its Python."""
    return {"python": platform.python_version(), "platform": platform.platform(), "twin": twin.__version__}


def peak_memory_mb(workers: int = 1) -> float | None:
    """Return the most memory that a run can have taken, in megabytes of 2^20 bytes; None where nobody tells (Windows).

    Parameters
    ----------
    workers
        Worker processes that lived at a time. With one it is the largest resident size of this process and of its
        largest finished child, added; with several that of the largest for each of them, in which what they share is
        counted each time.
    """
    if sys.platform == "win32":
        return None
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round((own + child if workers < 2 else max(own, workers * child)) / unit, 1)
