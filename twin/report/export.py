"""Writes the layers of a run for geographic information systems: GeoPackage or GeoParquet."""

from __future__ import annotations

import importlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from twin.core.errors import ResultsError
from twin.report.view import RunView

if TYPE_CHECKING:
    from twin.charts.layers import Layer
    from twin.core.language import Language
    from twin.experiment.store import Results

Format = Literal["gpkg", "geoparquet"]
_CRS: Final = "EPSG:4326"
_METADATA: Final = "twin"
"""Key of our own words in a Parquet file's metadata."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is written where.

    Attributes
    ----------
    format
        A GeoPackage is one file with a layer for each table and brain; GeoParquet is a folder with a file for each.
    output
        That file or folder; None: ``export.gpkg`` or ``export`` in the run's folder.
    brains
        Which brains; none: all.
    hours
        Local hours of the day; none: all that were lived.
    overwrite
        Whether what is there already is replaced.
    """

    format: Format
    output: Path | None = None
    brains: Sequence[str] = ()
    hours: Sequence[int] = ()
    overwrite: bool = False


def export(results: Results, options: ExportOptions, language: Language) -> Path:
    """Write the layers of a finished run; return the file or folder.

    Raises
    ------
    ResultsError
        Where the run has no layers, the map does not fit, a brain or hour is not the run's, or the target is there.
    """
    target = options.output or results.folder / ("export.gpkg" if options.format == "gpkg" else "export")
    functions = _functions(results)
    for brain in options.brains:
        if brain not in results.brains:
            raise ResultsError(
                "{path}: there is no brain {brain!r}; there are {brains}",
                path=str(results.folder), brain=brain, brains=", ".join(results.brains),
            )  # fmt: skip
    _check_target(target, options.overwrite)
    view = RunView(results, language)
    with _beside(target) as unfinished:
        for brain in options.brains or results.brains:
            found = (layer for function in functions for layer in function(view, brain, options.hours))
            for layer in found:
                _write(layer, unfinished, options.format, brain, _words(results, view, layer, brain))
    return target


def _functions(results: Results) -> list[Any]:
    from twin.domains import DESCRIPTIONS

    named = [DESCRIPTIONS[domain].layers for domain in results.scenario.domains if DESCRIPTIONS[domain].layers]
    if not named:
        able = [name for name, description in DESCRIPTIONS.items() if description.layers]
        raise ResultsError(
            "{path}: this run has nothing to export: of its domains ({domains}) none has layers, as {able} would",
            path=str(results.folder), domains=", ".join(results.scenario.domains), able=", ".join(able),
        )  # fmt: skip
    parts = (name.partition(":") for name in named)
    return [getattr(importlib.import_module(module), function) for module, _, function in parts]


def _check_target(target: Path, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise ResultsError("{path}: the folder is not there; make it first", path=str(target.parent))
    if target.exists() and not overwrite:
        raise ResultsError("{path}: is there already; give another --output, or --overwrite", path=str(target))


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a place beside the target, which takes the target's place when all is written."""
    unfinished = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield unfinished
        if target.is_dir():
            shutil.rmtree(target)
        unfinished.replace(target)
    finally:
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        else:
            unfinished.unlink(missing_ok=True)


def _words(results: Results, view: RunView, layer: Layer, brain: str) -> dict[str, str]:
    """Return what goes with a layer: whence it is, what its columns mean, and to whom credit is due."""
    city = view.city
    words = {
        "title": results.scenario.title,
        "run_id": str(results.manifest["run_id"]),
        "brain": brain,
        "days": str(results.scenario.replications),
        "label": "results of a simulation, not measurements; the parameters' labels (published, derived, assumed) and "
        "sources stand in the run's report",
        "columns": json.dumps(dict(layer.meaning), ensure_ascii=False),
    }
    if city is not None:
        words |= {"attribution": city.attribution, "licence": city.licence}
        words |= {f"map_{name}": text for name, text in city.notes.items()}
    return words


def _write(layer: Layer, path: Path, kind: Format, brain: str, words: Mapping[str, str]) -> None:
    if kind == "gpkg":
        _write_geopackage(layer, path, brain, words)
    else:
        path.mkdir(exist_ok=True)
        _write_geoparquet(layer, path / f"{layer.name}_{brain}.parquet", words)


def _write_geopackage(layer: Layer, path: Path, brain: str, words: Mapping[str, str]) -> None:
    import geopandas as gpd

    frame = gpd.GeoDataFrame(dict(layer.columns), geometry=gpd.GeoSeries.from_wkb(layer.geometry, crs=_CRS))
    frame.to_file(
        path, layer=f"{layer.name}_{brain}", driver="GPKG", engine="pyogrio",
        dataset_metadata=dict(words), layer_metadata=dict(words),
    )  # fmt: skip


def _write_geoparquet(layer: Layer, path: Path, words: Mapping[str, str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: pa.array(values) for name, values in layer.columns.items()}
    columns["geometry"] = pa.array(layer.geometry, pa.binary())
    geometry = {"encoding": "WKB", "geometry_types": [layer.kind]}  # no crs key means WGS84 (OGC:CRS84)
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    metadata = {"geo": json.dumps(geo), _METADATA: json.dumps(dict(words), ensure_ascii=False)}
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path, compression="zstd")
