"""The OpenStreetMap highway skeleton, read from the PyPI package scgraph_data."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Final

import numpy as np
from plane import Floats

BOX: Final = (112.70, 34.25, 114.25, 34.99)
"""West, south, east, north in degrees."""

HELP: Final = "install the build inputs with: pip install 'zhengzhou-twin[map-build]'"


def package_file(package: str, inside: str) -> Path:
    """Return a file of an installed package without importing it; exits with a clear message where it is absent."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None or not (path := Path(found.origin).parent / inside).is_file():
        raise SystemExit(f"the map cannot be built: {package}/{inside} is not installed; {HELP}")
    return path


def read_skeleton() -> tuple[Floats, list[tuple[int, int]]]:
    """Read the part of the world's skeleton that lies in `BOX`.

    Returns
    -------
    lon_lat, edges
        Nodes in degrees, shape (k, 2), and pairs of node positions, each once. The file's text is parsed, not
        executed: it holds a list of neighbours for each node, and a list of [latitude, longitude].
    """
    text = package_file("scgraph_data", "world_highways.py").read_text(encoding="utf-8")
    lines = {
        line.split("=", 1)[0]: line.split("=", 1)[1] for line in text.split("\n") if re.match(r"(graph|nodes)=", line)
    }
    lat_lon = np.array(json.loads(lines["nodes"]))
    west, south, east, north = BOX
    lat, lon = lat_lon[:, 0], lat_lon[:, 1]
    inside = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    position = {int(node): at for at, node in enumerate(inside)}
    neighbours = re.findall(r"\{([^}]*)\}", lines["graph"])
    edges = set()
    for node in inside:
        for other in re.findall(r"(\d+):", neighbours[node]):
            if int(other) in position and int(other) != node:
                pair = sorted((position[int(node)], position[int(other)]))
                edges.add((pair[0], pair[1]))
    return lat_lon[inside][:, ::-1].copy(), sorted(edges)
