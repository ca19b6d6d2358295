"""Reading and writing a map folder (the files are listed in docs/design.md)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.city.connected import is_strongly_connected
from twin.city.graph import EDGE_SOURCES, ROAD_CLASSES, RoadGraph
from twin.city.places import District, Hospital, Station, read_districts, read_places
from twin.city.usual_delays import FILE as USUAL_DELAYS
from twin.core.errors import MapError

CRS: Final = "EPSG:4326"
HASHED_FILES: Final = (
    "map.yaml", "nodes.parquet", "edges.parquet", "hospitals.csv", "stations.csv", "districts.geojson",
    "population.parquet",
)  # fmt: skip
OPTIONAL_FILES: Final = (USUAL_DELAYS,)
"""Hashed too, where the map has them."""
WORD_COLUMNS: Final = ("district", "class", "name", "source")
WHOLE_COLUMNS: Final = ("rank", "from_node", "to_node", "lanes", "level")


@dataclass(frozen=True, eq=False)
class Population:
    """The population surface: cells with residents; shapes (k,)."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    residents: NDArray[np.float64]
    district: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CityMap:
    """A city as the twin sees it."""

    name: str
    title_en: str
    title_zh: str
    licence: str
    attribution: str
    notes: dict[str, str]
    folder: Path
    roads: RoadGraph
    hospitals: tuple[Hospital, ...]
    stations: tuple[Station, ...]
    districts: tuple[District, ...]
    population: Population
    content_hash: str


def write_graph(folder: Path, graph: RoadGraph, geometry: list[bytes] | None = None) -> None:
    """Write ``nodes.parquet`` and ``edges.parquet`` as GeoParquet.

    Parameters
    ----------
    geometry
        Well-known binary of each edge's line where it is not straight; straight lines are made otherwise.
    """
    import shapely

    points = np.column_stack([graph.node_lon, graph.node_lat])
    districts = np.array(["", *graph.districts], dtype=object)[graph.node_district + 1]
    nodes = {
        "lon": pa.array(graph.node_lon),
        "lat": pa.array(graph.node_lat),
        "rank": pa.array(graph.node_rank, pa.int32()),
        "district": pa.array(districts, pa.string()).dictionary_encode(),
        "geometry": pa.array(shapely.to_wkb(shapely.points(points)), pa.binary()),
    }
    _write(folder / "nodes.parquet", nodes, "Point")
    if geometry is None:
        ends = np.stack([points[graph.edge_from], points[graph.edge_to]], axis=1)
        geometry = list(shapely.to_wkb(shapely.linestrings(ends)))
    edges = {
        "from_node": pa.array(graph.edge_from, pa.int32()),
        "to_node": pa.array(graph.edge_to, pa.int32()),
        "length_m": pa.array(graph.edge_length_m, pa.float32()),
        "class": pa.DictionaryArray.from_arrays(pa.array(graph.edge_class, pa.int8()), list(ROAD_CLASSES)),
        "lanes": pa.array(graph.edge_lanes, pa.uint8()),
        "speed_kmh": pa.array(graph.edge_speed_kmh, pa.float32()),
        "level": pa.array(graph.edge_level, pa.int8()),
        "name": pa.DictionaryArray.from_arrays(pa.array(graph.edge_name, pa.int32()), list(graph.names)),
        "source": pa.DictionaryArray.from_arrays(pa.array(graph.edge_source, pa.int8()), list(EDGE_SOURCES)),
        "geometry": pa.array(geometry, pa.binary()),
    }
    _write(folder / "edges.parquet", edges, "LineString")


def _write(path: Path, columns: dict[str, pa.Array], kind: str) -> None:
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": [kind]}},  # no crs key means WGS84 (OGC:CRS84)
    }
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, path, compression="zstd", compression_level=19)


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of words as positions in a dictionary."""
    whole = column.combine_chunks()
    return whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()


def _words(column: pa.ChunkedArray) -> list[str]:
    """Return a column of words, each once in memory."""
    encoded = _encoded(column)
    words = encoded.dictionary.to_pylist()
    return [words[code] for code in encoded.indices.to_numpy().tolist()]


def _codes(column: pa.ChunkedArray, wanted: tuple[str, ...], path: Path) -> NDArray[np.int64]:
    """Turn a column of words into positions in ``wanted``."""
    encoded = _encoded(column)
    position = {word: code for code, word in enumerate(wanted)}
    words = encoded.dictionary.to_pylist()
    used = np.unique(encoded.indices.to_numpy())
    for code in used:
        if words[code] not in position:
            raise MapError(
                "{path}: {word!r} is not one of {allowed}", path=str(path), word=words[code], allowed=", ".join(wanted)
            )
    table = np.array([position.get(word, 0) for word in words], dtype=np.int64)
    codes: NDArray[np.int64] = table[encoded.indices.to_numpy()]
    return codes


def _read_columns(path: Path, names: list[str]) -> pa.Table:
    if not path.is_file():
        raise MapError("{path}: the file is missing; a map folder needs it", path=str(path))
    try:
        with pq.ParquetFile(path) as file:
            present = file.schema_arrow.names
            missing = [name for name in names if name not in present]
            if missing:
                raise MapError("{path}:1: missing column {columns}", path=str(path), columns=", ".join(missing))
            table = file.read(columns=names)
    except (pa.ArrowException, OSError) as error:
        raise MapError("{path}: is not a Parquet file: {problem}", path=str(path), problem=str(error)) from None
    for name in names:
        _check_column(path, name, table[name])
    return table


def _check_column(path: Path, name: str, column: pa.ChunkedArray) -> None:
    """Raise MapError where a column has gaps, or words for numbers or numbers for words."""
    if column.null_count:
        raise MapError("{path}: column {column} has gaps", path=str(path), column=name)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    wanted = "words" if name in WORD_COLUMNS else "whole numbers" if name in WHOLE_COLUMNS else "numbers"
    fits = {
        "words": pa.types.is_string(kind) or pa.types.is_large_string(kind),
        "whole numbers": pa.types.is_integer(kind),
        "numbers": pa.types.is_integer(kind) or pa.types.is_floating(kind),
    }[wanted]
    if not fits:
        raise MapError(
            "{path}: column {column} holds {found}, which does not fit; write it as docs/design.md says",
            path=str(path),
            column=name,
            found=str(kind),
        )


def read_graph(folder: Path, districts: tuple[str, ...]) -> RoadGraph:
    """Read the road graph of a map folder; raises MapError where the files do not fit together."""
    node_path, edge_path = folder / "nodes.parquet", folder / "edges.parquet"
    nodes = _read_columns(node_path, ["lon", "lat", "rank", "district"])
    edges = _read_columns(
        edge_path,
        ["from_node", "to_node", "length_m", "class", "lanes", "speed_kmh", "level", "name", "source"],
    )
    names_column = _encoded(edges["name"])
    names = tuple(names_column.dictionary.to_pylist())
    graph = RoadGraph(
        node_lon=nodes["lon"].to_numpy(),
        node_lat=nodes["lat"].to_numpy(),
        node_rank=nodes["rank"].to_numpy().astype(np.int32),
        node_district=(_codes(nodes["district"], ("", *districts), node_path) - 1).astype(np.int8),
        edge_from=edges["from_node"].to_numpy(),
        edge_to=edges["to_node"].to_numpy(),
        edge_length_m=edges["length_m"].to_numpy(),
        edge_class=_codes(edges["class"], ROAD_CLASSES, edge_path).astype(np.uint8),
        edge_source=_codes(edges["source"], EDGE_SOURCES, edge_path).astype(np.uint8),
        edge_lanes=edges["lanes"].to_numpy(),
        edge_speed_kmh=edges["speed_kmh"].to_numpy(),
        edge_level=edges["level"].to_numpy(),
        edge_name=names_column.indices.to_numpy(),
        names=names,
        districts=districts,
    )
    _check_graph(graph, node_path, edge_path)
    return graph


def _check_graph(graph: RoadGraph, node_path: Path, edge_path: Path) -> None:
    """Raise MapError unless the arrays describe a graph that can be driven on."""
    n = graph.node_count
    if n < 2 or graph.edge_count < 2:
        raise MapError("{path}: fewer than two nodes or edges; nothing can be driven on it", path=str(node_path))
    _check_degrees(graph.node_lon, graph.node_lat, node_path)
    if min(graph.edge_from.min(), graph.edge_to.min()) < 0 or max(graph.edge_from.max(), graph.edge_to.max()) >= n:
        raise MapError(
            "{path}: from_node and to_node must be rows of nodes.parquet, 0 to {last}", path=str(edge_path), last=n - 1
        )
    for column, values in (
        ("length_m", graph.edge_length_m), ("speed_kmh", graph.edge_speed_kmh), ("lanes", graph.edge_lanes),
    ):  # fmt: skip
        wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if len(wrong):
            raise MapError(
                "{path}: column {column}, row {row}: {value} must be greater than 0",
                path=str(edge_path),
                column=column,
                row=int(wrong[0]),
                value=float(values[wrong[0]]),
            )
    if not np.array_equal(np.sort(graph.node_rank), np.arange(n)):
        raise MapError("{path}: column rank is not an order of the nodes; build the map again", path=str(node_path))
    _check_connected(graph, edge_path)


def _check_degrees(lon: NDArray[np.float64], lat: NDArray[np.float64], path: Path) -> None:
    wrong = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))  # catches what is no number, too
    if len(wrong):
        raise MapError(
            "{path}: row {row}: {lon}, {lat} is no longitude and latitude",
            path=str(path),
            row=int(wrong[0]),
            lon=float(lon[wrong[0]]),
            lat=float(lat[wrong[0]]),
        )


def _check_connected(graph: RoadGraph, path: Path) -> None:
    if is_strongly_connected(graph.node_count, graph.edge_from, graph.edge_to):
        return
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    shape = (graph.node_count, graph.node_count)
    links = coo_array((np.ones(graph.edge_count, np.int8), (graph.edge_from, graph.edge_to)), shape=shape).tocsr()
    _, label = connected_components(links, directed=True, connection="strong")
    raise MapError(
        "{path}: {count} of {all} nodes cannot be reached from the others and left again; keep the largest "
        "strongly connected component",
        path=str(path),
        count=graph.node_count - int(np.bincount(label).max()),
        all=graph.node_count,
    )


def read_population(path: Path) -> Population:
    """Read the cells of the population surface."""
    table = _read_columns(path, ["lon", "lat", "population", "district"])
    residents = table["population"].to_numpy().astype(np.float64)
    if not len(residents) or not np.all(np.isfinite(residents)) or residents.min() < 0 or residents.sum() <= 0:
        raise MapError("{path}: column population must hold numbers of at least 0, not all 0", path=str(path))
    _check_degrees(table["lon"].to_numpy(), table["lat"].to_numpy(), path)
    return Population(
        lon=table["lon"].to_numpy(),
        lat=table["lat"].to_numpy(),
        residents=residents,
        district=tuple(_words(table["district"])),
    )


def read_header(folder: Path) -> dict[str, Any]:
    """Read ``map.yaml``; raises MapError where it is missing or states another CRS than WGS84."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    path = folder / "map.yaml"
    if not path.is_file():
        raise MapError("{path}: the file is missing; a map folder needs it", path=str(path))
    try:
        header = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise MapError("{path}: is not YAML: {problem}", path=str(path), problem=str(error)) from None
    header = header if isinstance(header, dict) else {}
    titles = header["title"] if isinstance(header.get("title"), dict) else {}
    for key, value in (
        *((key, header.get(key)) for key in ("name", "crs", "licence", "attribution")),
        *((f"title.{code}", titles.get(code)) for code in ("en", "zh")),
    ):
        if not isinstance(value, str) or not value:
            raise MapError("{path}: the key {key} is missing or holds no text", path=str(path), key=key)
    if header["crs"] != CRS:
        raise MapError(
            "{path}: crs is {crs}, but maps are kept in {wanted}; convert the coordinates first",
            path=str(path),
            crs=header["crs"],
            wanted=CRS,
        )
    return header


def content_hash(folder: Path) -> str:
    """Return the SHA-256 of the files that determine a run, in hexadecimal."""
    digest = hashlib.sha256()
    for name in (*HASHED_FILES, *OPTIONAL_FILES):
        path = folder / name
        if name in OPTIONAL_FILES and not path.is_file():
            continue
        if not path.is_file():
            raise MapError("{path}: the file is missing; a map folder needs it", path=str(path))
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_map(folder: Path) -> CityMap:
    """Read a whole map folder; raises MapError naming the file and what is wrong with it."""
    header = read_header(folder)
    districts = read_districts(folder / "districts.geojson")
    ids = tuple(district.id for district in districts)
    hospitals = read_places(folder / "hospitals.csv", Hospital)
    stations = read_places(folder / "stations.csv", Station)
    population = read_population(folder / "population.parquet")
    for name, used in (
        ("hospitals.csv", [place.district for place in hospitals]),
        ("stations.csv", [place.district for place in stations]),
        ("population.parquet", list(population.district)),
    ):
        for unknown in sorted(set(used) - set(ids) - {""}):
            raise MapError(
                "{path}: {word!r} is not one of {allowed}",
                path=str(folder / name),
                word=unknown,
                allowed=", ".join(ids),
            )
    return CityMap(
        name=header["name"],
        title_en=header["title"]["en"],
        title_zh=header["title"]["zh"],
        licence=header["licence"],
        attribution=header["attribution"],
        notes=header.get("notes") or {},
        folder=folder,
        roads=read_graph(folder, ids),
        hospitals=hospitals,
        stations=stations,
        districts=districts,
        population=population,
        content_hash=content_hash(folder),
    )
