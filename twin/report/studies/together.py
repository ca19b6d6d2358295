"""What the commands of studies have in common: where they live and keep things, what they say meanwhile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.charts.numbers import number
from twin.experiment.files import write_text
from twin.experiment.studies.lived import Lived

if TYPE_CHECKING:
    from twin.core.language import Language
    from twin.experiment.executors import Executor


@dataclass(frozen=True, slots=True)
class Options:
    """How a study is carried out, which changes nothing in its answer.

    Attributes
    ----------
    estimate
        Say how long it will take, and stop.
    """

    reports: Path
    executor: Executor
    language: Language
    with_report: bool = True
    as_json: bool = False
    estimate: bool = False

    def say(self, sentence: str, **values: object) -> None:
        """Say something on standard error."""
        click.echo(self.language(sentence, **values), err=True)


def lived_with(options: Options) -> Lived:
    """Return what lives cells, with a progress bar."""
    from twin.experiment.cell_store import CELLS, CellStore

    return Lived(CellStore(options.reports / CELLS), options.executor, options.language)


def duration(seconds: float, language: Language) -> str:
    """Return a time in words, as exact as an estimate is."""
    if seconds < 90:
        return language("{number} s", number=number(max(seconds, 1.0), 0))
    if seconds < 90 * 60:
        return language("{number} min", number=number(seconds / 60, 0))
    return language("{number} h", number=number(seconds / 3600, 1))


def id_of(*parts: object) -> str:
    """Return 12 hexadecimal digits that stand for what a study is made of."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]


def keep(folder: Path, name: str, answer: str, page: str | None) -> Path:
    """Write an answer, and its page beside it; return the file to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / f"{name}.json", answer)
    if page is None:
        return folder / f"{name}.json"
    write_text(folder / "report.html", page)
    return folder / "report.html"
