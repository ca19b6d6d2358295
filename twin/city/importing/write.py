"""Writes the files of an imported map, beside its place first, and renames the whole folder when it is complete."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from twin.city.graph import RoadGraph
from twin.city.importing.build import DISTRICT_ID
from twin.city.importing.population import Cells
from twin.city.importing.summary import ImportSummary
from twin.city.map import CRS
from twin.city.places import Hospital, Station
from twin.core.errors import MapError

LICENCE: Final = "ODbL-1.0"
ATTRIBUTION: Final = "© OpenStreetMap contributors"
_LICENCE_NOTICE: Final = """\
The streets and places of this map come from OpenStreetMap.

© OpenStreetMap contributors. The data are made available under the Open Database License (ODbL) 1.0:
https://opendatacommons.org/licenses/odbl/1-0/
Rights in the individual contents of the database are licensed under the Database Contents License:
https://opendatacommons.org/licenses/dbcl/1-0/

This folder is a derivative database: whoever passes it on publicly does so under the same licence, says that the data
come from OpenStreetMap (https://www.openstreetmap.org/copyright), and keeps this notice.
"""
_SOURCE: Final = """\
# Where the map of {title} comes from

Imported by `twin map import` from `{file}` (SHA-256 `{digest}`), which holds data of OpenStreetMap.
Coordinates are WGS84 (EPSG:4326).
{told}

Every row of hospitals.csv and stations.csv, and the district, says what of it is published, derived or assumed, and
why.

Licence: see LICENSE (Open Database License 1.0, © OpenStreetMap contributors).
"""


@contextmanager
def new_folder(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder beside ``target`` to write into, and put it there when nothing went wrong.

    Raises
    ------
    MapError
        Where the target is there already, or cannot be written.
    """
    check_target(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
            folder = Path(scratch) / target.name
            folder.mkdir()
            yield folder
            if target.exists():
                target.rename(Path(scratch) / "replaced")
            folder.rename(target)
    except OSError as error:
        raise MapError("{path}: cannot be written: {problem}", path=str(target), problem=str(error)) from None


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a target that is there, or that is no map and would be lost."""
    if not target.exists() and not target.is_symlink():
        return
    if not overwrite:
        raise MapError("{path}: is there already; choose another folder, or say --overwrite", path=str(target))
    is_folder = target.is_dir() and not target.is_symlink()
    if not is_folder or not ((target / "map.yaml").is_file() or not any(target.iterdir())):
        raise MapError("{path}: is not a map folder and is not overwritten; choose another folder", path=str(target))


def write_places(path: Path, places: Sequence[Hospital] | Sequence[Station], kind: type[Hospital | Station]) -> None:
    """Write hospitals or stations as the table that `twin.city.places.read_places` reads."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(field.name for field in dataclasses.fields(kind))
        for place in places:
            cells = dataclasses.astuple(place)
            writer.writerow(("yes" if cell else "no") if isinstance(cell, bool) else cell for cell in cells)


def write_district(path: Path, graph: RoadGraph, residents: int, label: str, title: tuple[str, str]) -> None:
    """Write the one district of an imported map: the box around its nodes."""
    west, east = float(graph.node_lon.min()), float(graph.node_lon.max())
    south, north = float(graph.node_lat.min()), float(graph.node_lat.max())
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {
        "id": DISTRICT_ID,
        "name_zh": title[1],
        "name_en": title[0],
        "population": residents,
        "served": True,
        "label": label,
        "source": "box around the imported streets; "
        + ("population given at import" if label == "derived" else "population by length of residential streets"),
    }
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_population(path: Path, cells: Cells) -> None:
    """Write the cells of the population surface."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "lon": cells.lon,
            "lat": cells.lat,
            "population": cells.residents,
            "district": [DISTRICT_ID] * len(cells.lon),
        }
    )
    pq.write_table(table, path, compression="zstd")


def write_header(
    path: Path,
    name: str,
    title: tuple[str, str],
    notes: dict[str, str],
    *,
    licence: str = LICENCE,
    attribution: str = ATTRIBUTION,
) -> None:
    """Write ``map.yaml``."""
    from ruamel.yaml import YAML

    header: dict[str, Any] = {
        "name": name,
        "title": {"en": title[0], "zh": title[1]},
        "crs": CRS,
        "licence": licence,
        "attribution": attribution,
        "notes": notes,
    }
    writer = YAML()
    writer.width = 200
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        writer.dump(header, stream)


def write_documents(folder: Path, source: Path, summary: ImportSummary, title: str) -> None:
    """Write ``SOURCE.md`` and ``LICENSE``."""
    told = "\n".join(f"- {line.strip()}" if line.startswith("  ") else f"\n{line}:\n" for line in summary.lines()[1:])
    text = _SOURCE.format(title=title, file=source.name, digest=_sha256(source), told=told)
    (folder / "SOURCE.md").write_text(text, encoding="utf-8", newline="\n")
    (folder / "LICENSE").write_text(_LICENCE_NOTICE, encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
