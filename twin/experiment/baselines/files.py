"""The three files of a baseline, each rewritten only when somebody asks for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from twin.core.errors import ResultsError
from twin.experiment.files import write_text

if TYPE_CHECKING:
    from twin.scenario.scenario import Scenario

Part = Literal["exact", "statistics", "speed"]
PARTS: Final[tuple[Part, ...]] = ("exact", "statistics", "speed")
FORMAT: Final = 1
_FREE: Final = ("seed", "replications")


def folder_of(scenario: Scenario, given: Path | None) -> Path:
    """Return the folder of a scenario's baseline: the one given, else ``baselines/<scenario>`` beside its file."""
    return given if given is not None else scenario.folder / "baselines" / scenario.name


def path_of(folder: Path, part: Part) -> Path:
    """Return the file of a part of a baseline."""
    return folder / f"{part}.json"


def write_part(folder: Path, part: Part, scenario: Scenario, content: Mapping[str, Any]) -> Path:
    """Write a part of a baseline, whole or not at all; return its file."""
    path = path_of(folder, part)
    told = {"format": FORMAT, "part": part, "scenario": scenario.determining(), **content}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    except OSError as error:
        raise ResultsError(
            "{path}: the baseline cannot be written ({problem}); choose another place with --folder",
            path=str(path), problem=error.strerror or str(error),
        ) from None  # fmt: skip
    return path


def read_part(folder: Path, part: Part, scenario: Scenario) -> dict[str, Any]:
    """Read a part of a baseline.

    Raises
    ------
    ResultsError
        Where it is missing or damaged, or was recorded of another scenario: all that determines a result but the seed
        and the number of replications must be as it was.
    """
    path = path_of(folder, part)
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        recorded = dict(content["scenario"])
        known = (content["format"], content["part"]) == (FORMAT, part)
    except FileNotFoundError:
        raise ResultsError(
            "{path}: there is no such baseline; write it with twin baseline record {scenario} --{part}",
            path=str(path), scenario=str(scenario.path), part=part,
        ) from None  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, part, f"{type(error).__name__}: {error}") from None
    if not known:
        raise damaged(path, part, f"format {content['format']}, {content['part']}")
    now = scenario.determining()
    changed = sorted(key for key in {**recorded, **now} if key not in _FREE and recorded.get(key) != now.get(key))
    if changed:
        raise ResultsError(
            "{path}: was recorded of another scenario: {keys} differ; record it again with twin baseline record "
            "--{part}, or check the scenario that was recorded",
            path=str(path), keys=", ".join(changed), part=part,
        )  # fmt: skip
    return content


def damaged(path: Path, part: Part, problem: str) -> ResultsError:
    """Return the error of a file that holds something else than a part of a baseline."""
    return ResultsError(
        "{path}: is no baseline of this kind ({problem}); record it again with twin baseline record --{part}",
        path=str(path), problem=problem, part=part,
    )  # fmt: skip
