"""Runs of a small city, to make reports of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd

from twin.city.map import CityMap
from twin.core.clock import Clock
from twin.core.language import Code, Language
from twin.experiment.run import RunOptions, run
from twin.experiment.store import Results
from twin.report.build import report_html, write_report
from twin.scenario.load import load_scenario

HOSTILE_TITLE = 'Is <script>document.title="hit"</script> & "quoted" safe?'


def small_run(
    folder: Path,
    map_folder: Path,
    *,
    brains: str = "[traditional, city_brain]",
    replications: int = 2,
    more: str = "",
) -> Results:
    """Run three hours of a small city and return what it leaves behind."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "asked.yaml"
    path.write_text(
        f"title: '{HOSTILE_TITLE}'\n"
        f"map: {map_folder.as_posix()}\n"
        "start: 2021-03-15 08:00\nduration_h: 3\nwarm_up_h: 0\nseed: 5\n"
        f"replications: {replications}\nbrains: {brains}\n{more}",
        encoding="utf-8",
    )
    return Results(run(load_scenario(path), RunOptions(folder / "reports")))


def make_report(results: Results, path: Path, code: Code = "en") -> str:
    """Write a report and return its text."""
    write_report(results, path, Language(code))
    return path.read_text(encoding="utf-8")


def page_of(results: Results, code: Code = "en") -> str:
    """Return a report without writing it."""
    return report_html(results, Language(code))


VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


class Page(HTMLParser):
    """Checks that every element is closed where it should be, and keeps what tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1] == tag, f"</{tag}> closes <{self._open[-1]}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"style", "script"} & set(self._open):
            self.texts.append((self._open[-1] if self._open else "", data))

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return (attributes for name, attributes in self.elements if name == tag)


TRAFFIC = """\
domains: [traffic]
traffic:
  figures_for_residents: 0
  trips_per_day: 12000
  mean_trip_km: {work: 2.5, school: 1.8, business: 2.5, leisure: 2.2, hospital: 2.6}
  through_trips_per_day: 400
  lorry_trips_per_day: 400
  buses: 6
  bus_routes: 3
  off_street_spaces: 5000
  roadside_spaces: 300
  tariff_zone_km: [1.0, 2.0]
"""
"""Traffic alone, in a town of some kilometres."""


def small_traffic_run(folder: Path, map_folder: Path, **given: Any) -> Results:
    """Run three hours of traffic in a small city; ``given`` as for `small_run`."""
    return small_run(folder, map_folder, **{"replications": 1, **given, "more": TRAFFIC + given.get("more", "")})


class RunOfFrames:
    """A run whose event tables are given, to try sections on; fits `twin.charts.section.StoredRun`.

    ``tables`` are event tables by name, brain and replication; a table by name alone is that of all.
    """

    def __init__(
        self, tables: Mapping[Any, pd.DataFrame], clock: Clock, *, brains: tuple[str, ...] = ("one", "two"),
        city: CityMap | None = None, replications: int = 1,
    ) -> None:  # fmt: skip
        self.tables = tables
        self.clock = clock
        self.brains = brains
        self.city = city
        self.replications = replications
        self.titles = {name: name.title() for name in brains}
        self.districts = {district.id: district.name_en for district in city.districts} if city else {}

    def events(self, table: str, brain: str, replication: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a given table, or these columns of it."""
        own = self.tables.get((table, brain, replication), self.tables.get(table))
        assert own is not None, table
        return own if columns is None else own[list(columns)]
