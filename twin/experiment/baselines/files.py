"""The three files of a baseline, each rewritten only when somebody asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
_SHOWN: Final = 5
"""So many keys that differ are told with their values."""


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
        and the number of replications must be as it was. Keys that only other code knows are let pass; see
        `keys_of_other_code`.
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
    changed = [change for change in _changes(recorded, _plain(scenario)) if not change.by_code]
    if changed:
        raise ResultsError(
            "{path}: was recorded of another scenario: {keys} differ; record it again with twin baseline record "
            "--{part}, or check the scenario that was recorded",
            path=str(path), keys=", ".join(map(str, [*changed[:_SHOWN], *["..."][: len(changed) - _SHOWN]])), part=part,
        )  # fmt: skip
    return content


def keys_of_other_code(content: Mapping[str, Any], scenario: Scenario) -> list[str]:
    """Return the keys that only the code that recorded, or only that of today, knows: no scenario can have set both."""
    return [change.key for change in _changes(content["scenario"], _plain(scenario)) if change.by_code]


_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class _Change:
    """A key of a scenario whose value is not the recorded one, by its place."""

    place: tuple[str, ...]
    recorded: Any
    now: Any

    @property
    def key(self) -> str:
        """The key as a scenario's file writes it."""
        return ".".join(self.place[1:] if self.place[0] == "sections" and len(self.place) > 1 else self.place)

    @property
    def by_code(self) -> bool:
        """Whether it is on one side alone, of what the code fills in whoever leaves it out: a parameter, say."""
        if self.recorded is not _ABSENT and self.now is not _ABSENT:
            return False
        match self.place:
            case (_,) | ("sections", _, _) | ("brains", _, "connections" | "decisions", _):
                return True
        return False

    def __str__(self) -> str:
        before, after = (
            "-" if value is _ABSENT else json.dumps(value, ensure_ascii=False) for value in (self.recorded, self.now)
        )
        return f"{self.key} ({before} -> {after})" if len(before) + len(after) < 80 else self.key


def _plain(scenario: Scenario) -> dict[str, Any]:
    """Return what determines a scenario as JSON gives it back."""
    plain: dict[str, Any] = json.loads(json.dumps(scenario.determining()))
    return plain


def _changes(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> list[_Change]:
    free = dict.fromkeys(_FREE)
    return list(_walk({**recorded, **free}, {**now, **free}, ()))


def _walk(recorded: Any, now: Any, place: tuple[str, ...]) -> Iterator[_Change]:
    """Yield what differs, as deep as both sides are alike in kind."""
    if isinstance(recorded, list) and isinstance(now, list) and len(recorded) == len(now):
        recorded, now = (dict(zip(map(str, range(len(now))), side, strict=True)) for side in (recorded, now))
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key in sorted({**recorded, **now}):
            yield from _walk(recorded.get(key, _ABSENT), now.get(key, _ABSENT), (*place, key))
    elif recorded != now:
        yield _Change(place, recorded, now)


def damaged(path: Path, part: Part, problem: str) -> ResultsError:
    """Return the error of a file that holds something else than a part of a baseline."""
    return ResultsError(
        "{path}: is no baseline of this kind ({problem}); record it again with twin baseline record --{part}",
        path=str(path), problem=problem, part=part,
    )  # fmt: skip
