"""Fetches a city from OpenStreetMap over the network with OSMnx: the one place of the twin that needs a connection."""

from __future__ import annotations

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.city.importing import STEPS, ImportOptions, ImportSummary, import_source
from twin.city.importing.places_from_osm import is_hospital, is_station, make_place, without_doubles
from twin.city.importing.read_graphml import read_graphml
from twin.city.importing.streets import RawPlace
from twin.city.importing.tags import USED_TAGS
from twin.city.importing.write import check_target
from twin.core.errors import MapError

PLACE_TAGS: dict[str, bool | str | list[str]] = {
    "amenity": ["hospital", "ambulance_station"],
    "emergency": ["ambulance_station"],
}


def download_map(place: str, target: Path, options: ImportOptions | None = None) -> ImportSummary:
    """Fetch the streets and hospitals of a place and make a map folder of them.

    Parameters
    ----------
    place
        As people write it: ``"Zhengzhou, Henan, China"``.
    target
        The new map folder.

    Raises
    ------
    MapError
        Where there is no connection, or no such place; and as `twin.city.importing.import_map`.
    """
    begun_s = time.perf_counter()
    options = options or ImportOptions()
    options.check()
    check_target(target, overwrite=options.overwrite)
    options.progress(STEPS[0], 0, len(STEPS))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / (re.sub(r"\W+", "_", place).strip("_") + ".graphml")
        places = _fetch(place, path)
        source = read_graphml(path)
        counts: Counter[str] = source.counts
        found = replace(
            source,
            reader="osmnx",
            hospitals=without_doubles([one for is_hospital_, one in places if is_hospital_], counts),
            stations=without_doubles([one for is_hospital_, one in places if not is_hospital_], counts),
        )
        return import_source(found, target, options, begun_s)


@contextmanager
def _settings(osmnx: Any) -> Iterator[None]:
    """Ask OSMnx for every tag that the importer reads, and leave its settings as they were."""
    before = osmnx.settings.useful_tags_way, osmnx.settings.use_cache
    osmnx.settings.useful_tags_way = sorted({*before[0], *USED_TAGS})
    osmnx.settings.use_cache = False
    try:
        yield
    finally:
        osmnx.settings.useful_tags_way, osmnx.settings.use_cache = before


def _fetch(place: str, path: Path) -> list[tuple[bool, RawPlace]]:
    """Write the streets of a place to a GraphML file; returns its places, each with whether it is a hospital."""
    import osmnx
    from requests.exceptions import RequestException

    try:
        with _settings(osmnx):
            # Not simplified and not cut to one component: the importer does both, and counts what it drops.
            graph = osmnx.graph_from_place(place, network_type="drive_service", simplify=False, retain_all=True)
            osmnx.save_graphml(graph, path)
            try:
                features = osmnx.features_from_place(place, PLACE_TAGS)
            except osmnx._errors.InsufficientResponseError:
                return []
    except (RequestException, OSError) as error:
        raise MapError(
            "{place}: cannot be fetched ({problem}); without a network, get a file of the city on another machine "
            "(download.geofabrik.de, extract.bbbike.org) and import it with 'twin map import FILE'",
            place=place,
            problem=type(error).__name__,
        ) from None
    except (osmnx._errors.InsufficientResponseError, osmnx._errors.ResponseStatusCodeError, TypeError) as error:
        raise MapError(
            "{place}: OpenStreetMap knows no such area ({problem}); write it with its province and country, as "
            "'Zhengzhou, Henan, China'",
            place=place,
            problem=str(error).split("\n")[0][:200],
        ) from None
    return _places(features)


def _places(features: Any) -> list[tuple[bool, RawPlace]]:
    """Turn OSMnx's table of features into places; outlines come before points."""
    found: list[tuple[int, bool, RawPlace]] = []
    for (kind, number), row in features.iterrows():
        tags = {key: str(value) for key, value in row.items() if isinstance(value, str)}
        middle = row["geometry"].centroid
        order = {"relation": 0, "way": 1}.get(str(kind), 2)
        one = make_place(f"{str(kind)[0]}{number}", tags, float(middle.x), float(middle.y))
        if is_hospital(tags) or is_station(tags):
            found.append((order, is_hospital(tags), one))
    found.sort(key=lambda item: (item[0], item[2].osm_id))
    return [(hospital, one) for _, hospital, one in found]
