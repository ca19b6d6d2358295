"""Reads ``.osm.pbf`` and ``.osm`` files with osmium, which goes through them in C++ and keeps little in memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.city.importing.collect import StreetCollector
from twin.city.importing.places_from_osm import PlaceCollector
from twin.city.importing.streets import Source
from twin.city.importing.tags import USED_TAGS, why_closed
from twin.core.errors import MapError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.xml", ".xml", ".osm.gz", ".osm.bz2")


def is_osm_file(path: Path) -> bool:
    """Return whether the name is that of an OpenStreetMap file."""
    return path.name.lower().endswith(_SUFFIXES)


def read_osm(path: Path) -> Source:
    """Read streets, hospitals and ambulance stations.

    Raises
    ------
    MapError
        Where osmium cannot read the file to its end.
    """
    counts: Counter[str] = Counter()
    streets, places = StreetCollector(counts), PlaceCollector(counts)
    try:
        _read_relations(path, places, counts)
        if places.missing_ways:
            _read_member_ways(path, places)
        for item in _items(path, locations=True):
            if item.is_way():
                _read_way(item, streets, places, counts)
            elif item.is_node():
                places.add_node(item)
    except (RuntimeError, ValueError) as error:
        raise MapError(
            "{path}: cannot be read as OpenStreetMap data ({problem}); it may be cut short or of another kind: "
            "fetch it again, and check it with 'osmium fileinfo -e'",
            path=str(path),
            problem=str(error),
        ) from None
    if not counts["objects"]:
        raise MapError("{path}: holds no streets and no places; choose a larger area", path=str(path))
    return Source(path, "osmium", streets.streets(), places.hospitals(), places.stations(), counts)


def _items(path: Path, *, locations: bool) -> Iterator[Any]:
    """Go through the objects that have one of the tags looked for."""
    import osmium

    # The name does not decide between XML and PBF for osmium where it ends unusually.
    source = osmium.io.File(str(path), "osm") if path.suffix.lower() == ".xml" else str(path)
    processor = osmium.FileProcessor(source)
    if locations:
        processor = processor.with_locations()
    return iter(processor.with_filter(osmium.filter.KeyFilter("highway", "amenity", "emergency", "restriction")))


def _read_relations(path: Path, places: PlaceCollector, counts: Counter[str]) -> None:
    """Take hospitals that are multipolygons, and count the turn restrictions that will be dropped."""
    import osmium

    source = osmium.io.File(str(path), "osm") if path.suffix.lower() == ".xml" else str(path)
    relations = osmium.FileProcessor(source, osmium.osm.RELATION)
    for item in relations.with_filter(osmium.filter.KeyFilter("amenity", "emergency", "restriction")):
        if "restriction" in item.tags:
            counts["turn_restrictions"] += 1
        places.add_relation(item)


def _read_member_ways(path: Path, places: PlaceCollector) -> None:
    import osmium

    source = osmium.io.File(str(path), "osm") if path.suffix.lower() == ".xml" else str(path)
    ways = osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for item in ways.with_filter(osmium.filter.IdFilter(places.missing_ways)):
        places.add_member_way(item)


def _read_way(item: Any, streets: StreetCollector, places: PlaceCollector, counts: Counter[str]) -> None:
    counts["objects"] += 1
    places.add_way(item)
    if "highway" not in item.tags:
        return
    counts["highway_ways"] += 1
    tags = {key: value for key in USED_TAGS if (value := item.tags.get(key)) is not None}
    reason = why_closed(tags)
    if reason:
        counts[reason] += 1
        return
    reading = None
    for points, lon, lat in _pieces(item, counts):
        reading = reading or streets.read(tags)
        streets.add(points, lon, lat, reading)


def _pieces(item: Any, counts: Counter[str]) -> Iterator[tuple[list[int], list[float], list[float]]]:
    """Cut a way where points are missing, as they are beyond the border of an extract."""
    points: list[int] = []
    lon: list[float] = []
    lat: list[float] = []
    for node in item.nodes:
        location = node.location
        if location.valid():
            points.append(node.ref)
            lon.append(location.lon)
            lat.append(location.lat)
            continue
        counts["missing_points"] += 1
        if len(points) > 1:
            yield points, lon, lat
        points, lon, lat = [], [], []
    if len(points) > 1:
        yield points, lon, lat
