"""Finds a map's folder, and what the checks need to know of it: names of places and roads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.core.errors import MapError

if TYPE_CHECKING:
    from twin.city.places import District, Hospital, Station

PACKAGE: Final = Path(__file__).parent.parent


def find_map(name: str, folders: Sequence[Path]) -> Path | None:
    """Return the folder of a map, or None.

    A name is looked for below ``maps/`` beside each of the folders, then in the current folder, then in the package;
    a value with a slash is a path relative to one of the folders, then to the current folder.

    Parameters
    ----------
    folders
        Folder of the file that names the map, and folder of the scenario file.
    """
    if "/" in name or os.sep in name:
        candidates = [folder / name for folder in (*folders, Path())]
    else:
        candidates = [folder / name for folder in _map_folders(folders)]
    return next((Path(os.path.normpath(folder)) for folder in candidates if _is_map(folder)), None)


def map_names(folders: Sequence[Path]) -> list[str]:
    """List the maps that can be given by name."""
    found: list[str] = []
    for folder in _map_folders(folders):
        if folder.is_dir():
            found.extend(sorted(path.name for path in folder.iterdir() if _is_map(path)))
    return list(dict.fromkeys(found))


def _map_folders(folders: Sequence[Path]) -> Iterable[Path]:
    return (*(folder / ".." / "maps" for folder in folders), Path("maps"), PACKAGE / "_maps", PACKAGE.parent / "maps")


def _is_map(folder: Path) -> bool:
    try:
        return (folder / "map.yaml").is_file()
    except (OSError, ValueError):
        return False


class MapNames:
    """Names in a map, each read when first needed.

    Each mapping goes from every way of naming a thing (id, Chinese or English name) to its id.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def hospitals(self) -> dict[str, str]:
        """Hospitals by id and name."""
        from twin.city.places import Hospital, read_places

        return _by_any_name(read_places(self.folder / "hospitals.csv", Hospital))

    @cached_property
    def hospital_places(self) -> dict[str, tuple[float, float]]:
        """Longitude and latitude of each hospital, by id."""
        from twin.city.places import Hospital, read_places

        return {place.id: (place.lon, place.lat) for place in read_places(self.folder / "hospitals.csv", Hospital)}

    @cached_property
    def stations(self) -> dict[str, str]:
        """Stations by id and name."""
        from twin.city.places import Station, read_places

        return _by_any_name(read_places(self.folder / "stations.csv", Station))

    @cached_property
    def districts(self) -> dict[str, str]:
        """Districts by id and name."""
        from twin.city.places import read_districts

        return _by_any_name(read_districts(self.folder / "districts.geojson"))

    @cached_property
    def district_ids(self) -> tuple[str, ...]:
        """Ids of the districts."""
        return tuple(dict.fromkeys(self.districts.values()))

    @cached_property
    def roads(self) -> dict[str, str]:
        """Names of roads (this alone imports pyarrow)."""
        import pyarrow as pa
        import pyarrow.parquet as parquet

        path = self.folder / "edges.parquet"
        try:
            column = parquet.read_table(path, columns=["name"]).column("name").combine_chunks()
            words = column.dictionary if pa.types.is_dictionary(column.type) else column.unique()
            return {name: name for name in words.to_pylist() if name}
        except (OSError, KeyError, pa.ArrowException) as error:
            raise MapError(
                "{path}: names of roads cannot be read: {problem}", path=str(path), problem=str(error)
            ) from None

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the road nodes, degrees (this imports pyarrow)."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as parquet

        path = self.folder / "nodes.parquet"
        try:
            table = parquet.read_table(path, columns=["lon", "lat"])
            lon, lat = (pc.min_max(table.column(name)).as_py() for name in ("lon", "lat"))
            return float(lon["min"]), float(lat["min"]), float(lon["max"]), float(lat["max"])
        except (OSError, KeyError, TypeError, pa.ArrowException) as error:
            raise MapError(
                "{path}: places of road nodes cannot be read: {problem}", path=str(path), problem=str(error)
            ) from None


def _by_any_name(places: Iterable[Hospital | Station | District]) -> dict[str, str]:
    places = tuple(places)
    ids = {place.id: place.id for place in places}
    names = {name: place.id for place in places for name in (place.name_zh, place.name_en)}
    return {**ids, **{name: id_ for name, id_ in names.items() if name not in ids}}
