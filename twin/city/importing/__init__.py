"""Imports the map of any city from OpenStreetMap data in a file: ``.osm.pbf``, ``.osm`` or OSMnx's ``.graphml``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from twin.city.importing.build import Network, build_network
from twin.city.importing.places import assumed_hospitals, make_hospitals, make_stations
from twin.city.importing.population import spread_population
from twin.city.importing.read_graphml import read_graphml
from twin.city.importing.read_osm import is_osm_file, read_osm
from twin.city.importing.streets import Source
from twin.city.importing.summary import ImportSummary, assumed_from, dropped_from
from twin.city.importing.write import (
    check_target,
    new_folder,
    write_district,
    write_documents,
    write_header,
    write_places,
    write_population,
)
from twin.city.map import read_map, write_graph
from twin.city.places import Hospital, Station
from twin.core.errors import MapError

Progress = Callable[[str, int, int], None]
"""Called before each step with its sentence (a key of the Chinese table), its number from 0, and how many there are."""

STEPS: Final = ("Reading the file", "Building the network", "Placing people and stations", "Writing the map",
                "Reading it back")  # fmt: skip
_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9_-]*$")

__all__ = ["STEPS", "ImportOptions", "ImportSummary", "Progress", "import_map", "import_source"]


@dataclass(frozen=True)
class ImportOptions:
    """What a user may say about a map that is imported.

    Attributes
    ----------
    name
        Of the map: lower-case letters, digits, ``_`` and ``-``; the target folder's name where empty.
    title, title_zh
        For people; the name where empty.
    population
        Residents of the area; assumed from the streets' length where None.
    hospitals, station_table
        Tables (CSV) that take the place of what the source holds; their districts become the map's only one.
    stations, vehicles
        How many stations to place by the population, how many vehicles to share out over all stations.
    overwrite
        Whether a map that is there already is replaced.
    """

    name: str = ""
    title: str = ""
    title_zh: str = ""
    population: int | None = None
    hospitals: Path | None = None
    station_table: Path | None = None
    stations: int | None = None
    vehicles: int | None = None
    overwrite: bool = False
    progress: Progress = field(default=lambda _step, _number, _count: None)

    def check(self) -> None:
        """Raise MapError where a value makes no sense."""
        if self.name and not _NAME.match(self.name):
            raise MapError(
                "the name {name!r} must consist of lower-case letters, digits, _ and -, as {example!r}",
                name=self.name,
                example=re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_") or "my_city",
            )
        for what, number in (("population", self.population), ("stations", self.stations), ("vehicles", self.vehicles)):
            if number is not None and number < 1:
                raise MapError("--{option} is {number}; it must be at least 1", option=what, number=number)


def import_map(source: Path, target: Path, options: ImportOptions | None = None) -> ImportSummary:
    """Make a map folder of a file with OpenStreetMap data.

    Parameters
    ----------
    source
        ``.osm.pbf``, ``.osm`` (XML, also packed with gzip or bzip2) or ``.graphml`` as OSMnx writes it.
    target
        The new map folder; it appears complete or not at all.

    Returns
    -------
    ImportSummary
        What was kept, dropped and assumed.

    Raises
    ------
    MapError
        Where the file cannot be read, holds no network or no hospitals, or the target is there already.

    Examples
    --------
    >>> import_map(Path("baltimore.osm.pbf"), Path("maps/baltimore"),
    ...            ImportOptions(title="Baltimore", population=60_000))     # doctest: +SKIP
    """
    begun_s = time.perf_counter()
    options = options or ImportOptions()
    options.check()
    check_target(target, overwrite=options.overwrite)
    options.progress(STEPS[0], 0, len(STEPS))
    return import_source(_read(source), target, options, begun_s)


def _read(path: Path) -> Source:
    if not path.is_file():
        raise MapError(
            "{path}: there is no such file; get an extract of your city, as from download.geofabrik.de or "
            "extract.bbbike.org",
            path=str(path),
        )
    if not path.stat().st_size:
        raise MapError("{path}: the file is empty; fetch it again", path=str(path))
    if path.name.lower().endswith((".graphml", ".graphml.xml")):
        return read_graphml(path)
    if is_osm_file(path):
        return read_osm(path)
    raise MapError(
        "{path}: is of no kind that can be imported; give a file that ends in .osm.pbf, .osm or .graphml",
        path=str(path),
    )


def import_source(source: Source, target: Path, options: ImportOptions, begun_s: float) -> ImportSummary:
    """Make a map folder of what a reader found; see `import_map`."""
    options.progress(STEPS[1], 1, len(STEPS))
    network = build_network(source)
    options.progress(STEPS[2], 2, len(STEPS))
    hospitals = make_hospitals(source, network.graph, options.hospitals)
    cells = spread_population(network, options.population)
    stations = make_stations(
        source.stations,
        source.counts,
        cells,
        table=options.station_table,
        count=options.stations,
        vehicles=options.vehicles,
    )
    source.counts.update(assumed_hospitals(hospitals))
    source.counts["population_assumed"] = cells.assumed_total
    source.counts["population_all_streets"] = cells.all_streets
    residents = int(cells.residents.sum())
    summary = _summary(source, target, network, hospitals, stations, residents, time.perf_counter() - begun_s)
    name = options.name or target.name
    title = (options.title or name, options.title_zh or options.title or name)
    options.progress(STEPS[3], 3, len(STEPS))
    with new_folder(target, overwrite=options.overwrite) as folder:
        write_graph(folder, network.graph, network.geometry)
        write_places(folder / "hospitals.csv", hospitals, Hospital)
        write_places(folder / "stations.csv", stations, Station)
        label = "assumed" if cells.assumed_total else "derived"
        write_district(folder / "districts.geojson", network.graph, residents, label, title)
        write_population(folder / "population.parquet", cells)
        write_header(folder / "map.yaml", name, title, _notes(source))
        write_documents(folder, source.path, summary, title[0])
        options.progress(STEPS[4], 4, len(STEPS))
        read_map(folder)
    return _summary(source, target, network, hospitals, stations, residents, time.perf_counter() - begun_s)


def _notes(source: Source) -> dict[str, str]:
    return {
        "source": source.path.name,
        "speeds": "maxspeed where tagged, else by road class (assumed)",
        "turn_restrictions": "dropped: vehicles may turn at every junction",
        "population": "spread over 500 m cells by length of residential streets (assumed)",
    }


def _summary(
    source: Source,
    target: Path,
    network: Network,
    hospitals: tuple[Hospital, ...],
    stations: tuple[Station, ...],
    residents: int,
    seconds: float,
) -> ImportSummary:
    kept: dict[str, float] = {
        "nodes": network.graph.node_count,
        "edges": network.graph.edge_count,
        "street_km": round(source.counts["kept_m"] / 1000, 1),
        "hospitals": len(hospitals),
        "stations": len(stations),
        "vehicles": sum(station.vehicles for station in stations),
        "residents": residents,
    }
    dropped, assumed = dropped_from(source.counts), assumed_from(source.counts)
    return ImportSummary(source.path, target, source.reader, kept, dropped, assumed, seconds)
