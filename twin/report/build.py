"""Puts the report together: one HTML file that needs nothing but itself."""

from __future__ import annotations

import pickle
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.charts.glyphs import definitions
from twin.charts.html import Html, h
from twin.experiment.executors.processes import do_all
from twin.experiment.files import told_if_unwritable, write_text
from twin.experiment.memory import give_back_large_arrays
from twin.report.assumptions import assumptions_section
from twin.report.beside import beside_section
from twin.report.names import days, section_function, title_of
from twin.report.page import FOLDER, HTML_CODES, head, packaged, section_html
from twin.report.playback.page import can_play, write_playback
from twin.report.provenance import provenance_section
from twin.report.verdict import verdict_section
from twin.report.view import RunView

if TYPE_CHECKING:
    from twin.charts.section import Section
    from twin.core.language import Language
    from twin.experiment.store import Results

_SCRIPTS: Final = (FOLDER / "report.js", FOLDER / "films.js")
_STYLES: Final = (FOLDER / "report.css", FOLDER / "films.css")
_VERDICT, _BESIDE, _ENDS = "verdict", "beside", "ends"


def write_report(
    results: Results, path: Path, language: Language, beside: Results | None = None, processes: int = 1
) -> None:
    """Write the report of a finished run, and beside it the playback where ways of vehicles were recorded.

    Parameters
    ----------
    path
        The HTML file; it appears whole or not at all.
    beside
        Another run, whose figures stand beside this one's.
    processes
        With two or more, playback and parts of the report are made side by side.

    Raises
    ------
    ResultsError
        When events of the run are missing.
    """
    give_back_large_arrays()
    view = RunView(results, language)
    playback = None
    if can_play(results, view.city):
        playback = "playback.html" if path.name == "report.html" else f"{path.stem}-playback.html"
    with tempfile.TemporaryDirectory(prefix="twin-report-") as folder:
        work = _Making(view, path, playback, beside, Path(folder))
        do_all(work, work.items(), processes, lambda item: None)
        write_text(path, _page(view, work.sections(), playback))


@dataclass(frozen=True, slots=True)
class _Making:
    """The work of making a run's pages: the playback, and parts of the report, each kept in a file until all are."""

    view: RunView
    path: Path
    playback: str | None
    beside: Results | None
    folder: Path

    def items(self) -> list[str]:
        """Return what is to be made, by name; first what takes longest."""
        return [*([] if self.playback is None else [self.playback]), *reversed(_parts(self.view, self.beside))]

    def prepare(self) -> None:
        """Do nothing: what all need is imported by then."""

    def do(self, item: str) -> None:
        if item == self.playback:
            write_playback(self.view.results, self.path.with_name(item), self.view.language)
        else:
            made = pickle.dumps(_sections(self.view, item, self.beside))
            with told_if_unwritable(self.folder):
                (self.folder / item).write_bytes(made)

    def name_of(self, item: str) -> str:
        return item

    def sections(self) -> list[Section]:
        """Return those of all parts, in the order of the report."""
        return [
            section
            for part in _parts(self.view, self.beside)
            for section in pickle.loads((self.folder / part).read_bytes())
        ]


def _parts(view: RunView, beside: Results | None) -> list[str]:
    """Return the parts of the report, in their order."""
    return [_VERDICT, *([_BESIDE] if beside is not None else []), *view.results.scenario.domains, _ENDS]


def _sections(view: RunView, part: str, beside: Results | None) -> list[Section]:
    if part == _VERDICT:
        return [verdict_section(view)]
    if part == _BESIDE:
        assert beside is not None
        return [beside_section(view, beside)]
    if part == _ENDS:
        return [assumptions_section(view), provenance_section(view)]
    return list(section_function(part)(view, view.language))


def report_html(
    results: Results, language: Language, playback: str | None = None, beside: Results | None = None
) -> str:
    """Return the whole page.

    Parameters
    ----------
    playback
        Name of the file beside it that plays the day back, where there is one.
    beside
        As in `write_report`.
    """
    view = RunView(results, language)
    return _page(
        view, [section for part in _parts(view, beside) for section in _sections(view, part, beside)], playback
    )


def _page(view: RunView, sections: list[Section], playback: str | None) -> str:
    results, language = view.results, view.language
    body = h(
        "body",
        h("a", language("Skip to the verdict"), href="#verdict", class_="skip"),
        definitions(),
        _header(view, sections, playback),
        h("main", [section_html(section) for section in sections]),
        h("footer", h("p", language("Zhengzhou twin, run {id}", id=results.manifest["run_id"]))),
        h("script", *(packaged(script) for script in _SCRIPTS)),
    )
    title = title_of(results.scenario, language)
    page = h("html", head(title, language, _STYLES), body, lang=HTML_CODES[language.code])
    return f"<!DOCTYPE html>\n{page}\n"


def _header(view: RunView, sections: list[Section], playback: str | None) -> Html:
    say, scenario = view.language, view.results.scenario
    facts = say(
        "{map}, {start}, {hours} h, {days}",
        map=say.pick(view.city.title_en, view.city.title_zh) if view.city else scenario.map,
        start=f"{scenario.start:%Y-%m-%d %H:%M}", hours=f"{scenario.duration_h:g}",
        days=days(view, scenario.replications),
    )  # fmt: skip
    links = [h("li", h("a", section.title, href=f"#{section.id}")) for section in sections]
    return h(
        "header",
        h("h1", title_of(scenario, say)),
        h("p", scenario.description, class_="description") if scenario.description else None,
        h("p", facts, class_="facts"),
        h("p", h("a", say("Watch the day: the playback"), href=playback)) if playback else None,
        h("nav", h("ul", links), aria_label=say("Contents")),
    )
