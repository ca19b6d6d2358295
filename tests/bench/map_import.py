"""Measures the importer of maps on a synthetic city, and the three readers of OpenStreetMap files on one file.

    python tests/bench/map_import.py city /tmp/city.osm.pbf --side 505   # some 1.02 million directed edges
    python tests/bench/map_import.py import /tmp/city.osm.pbf            # seconds and peak memory
    python tests/bench/map_import.py readers ../shared/data/baltimore.osm.pbf

Each measurement runs in a process of its own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SPACING_DEG = 0.0018
BENDS = 3


def write_city(path: Path, side: int, buildings: int) -> None:
    """Write a grid of streets with bends, of real classes and tags, one-ways, a hospital a square, and buildings.

    The buildings are ballast, as they are most of a real extract.
    """
    import osmium

    chance = random.Random(7)
    place = osmium.osm.mutable
    path.unlink(missing_ok=True)
    writer = osmium.SimpleWriter(str(path))
    junction = {}
    number = 0

    def point(lon: float, lat: float, tags: dict[str, str] | None = None) -> int:
        nonlocal number
        number += 1
        writer.add_node(place.Node(id=number, location=(lon, lat), tags=tags or {}))
        return number

    for row in range(side):
        for column in range(side):
            lon, lat = 113.2 + column * SPACING_DEG, 34.3 + row * SPACING_DEG
            junction[row, column] = point(lon + chance.gauss(0, 1e-4), lat + chance.gauss(0, 1e-4))
            if row % 60 == 30 and column % 60 == 30:
                point(lon + 4e-4, lat + 4e-4, {"amenity": "hospital", "name": f"Hospital {row} {column}"})
    ways: list[tuple[list[int], dict[str, str]]] = []
    for across in (False, True):
        for line in range(side):
            ways += _street(line, side, across, junction, point, chance)
    corners = [[point(113.2 + chance.random(), 34.3 + chance.random()) for _ in range(4)] for _ in range(buildings)]
    for identifier, (nodes, tags) in enumerate(ways, start=1):
        writer.add_way(place.Way(id=identifier, nodes=nodes, tags=tags))
    for identifier, nodes in enumerate(corners, start=len(ways) + 1):
        writer.add_way(place.Way(id=identifier, nodes=[*nodes, nodes[0]], tags={"building": "yes"}))
    writer.close()


def _street(line, side, across, junction, point, chance):
    """Return the ways of one line of the grid, five blocks each."""
    highway = "primary" if line % 20 == 0 else "secondary" if line % 10 == 0 else "tertiary" if line % 5 == 0 else ""
    for first in range(0, side - 1, 5):
        nodes = []
        for block in range(first, min(first + 5, side - 1)):
            key, after = ((line, block), (line, block + 1)) if across else ((block, line), (block + 1, line))
            nodes.append(junction[key])
            for bend in range(1, BENDS + 1):
                along = (block + bend / (BENDS + 1)) * SPACING_DEG
                wide = line * SPACING_DEG + chance.gauss(0, 1e-4)
                lon, lat = (along, wide) if across else (wide, along)
                nodes.append(point(113.2 + lon, 34.3 + lat))
        nodes.append(junction[after])
        tags = {"highway": highway or "residential", "name": f"{'East' if across else 'North'} Street {line}"}
        if chance.random() < 0.3:
            tags["maxspeed"] = chance.choice(("30", "40", "50", "60"))
        if highway == "primary":
            tags["lanes"] = "4"
        yield nodes, tags


_IMPORT = """
import resource, sys, time
from pathlib import Path
from twin.city.importing import ImportOptions, import_map
begun = time.perf_counter()
last = [begun, ""]
def step(sentence, number, count):
    now = time.perf_counter()
    if last[1]:
        print(f"  {last[1]}: {now - last[0]:.1f} s")
    last[:] = now, sentence
options = ImportOptions(name="bench", population=5_000_000, progress=step)
summary = import_map(Path(sys.argv[1]), Path(sys.argv[2]), options)
print(f"  {last[1]}: {time.perf_counter() - last[0]:.1f} s")
print(summary.text())
print(f"{summary.seconds:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB at most")
"""

_READERS = {
    "osmium": "from twin.city.importing.read_osm import read_osm; from pathlib import Path\n"
    "s = read_osm(Path(path)); size = s.streets.way_count, len(s.streets.point_lon)",
    "pyrosm": "import pyrosm\nsize = [len(t) for t in pyrosm.OSM(path).get_network('driving', nodes=True)]",
    "osmnx": "import osmnx\ng = osmnx.graph_from_xml(path, simplify=False)\nsize = len(g), g.number_of_edges()",
}


def run(code: str, *arguments: str) -> None:
    """Run code in a process of its own."""
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


def compare_readers(path: Path) -> None:
    """Read the same file with each reader; OSMnx cannot read PBF and gets the same data as XML."""
    import osmium

    with tempfile.TemporaryDirectory() as folder:
        as_xml = Path(folder) / "same.osm"
        with osmium.SimpleWriter(str(as_xml)) as writer:
            for item in osmium.FileProcessor(str(path)):
                writer.add(item)
        for name, code in _READERS.items():
            file = as_xml if name == "osmnx" else path
            head = "import resource, sys, time\npath = sys.argv[1]\nbegun = time.perf_counter()\n"
            tail = (
                f"\nprint('{name:8}', f'{{time.perf_counter() - begun:7.2f}} s', "
                "f'{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB', size)"
            )
            run(head + code + tail, str(file))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("city", "import", "readers"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--side", type=int, default=505, help="junctions along each side of the city")
    parser.add_argument("--buildings", type=int, default=400_000)
    given = parser.parse_args()
    begun = time.perf_counter()
    if given.what == "city":
        write_city(given.path, given.side, given.buildings)
        print(f"{given.path}: {given.path.stat().st_size / 2**20:.0f} MB in {time.perf_counter() - begun:.0f} s")
    elif given.what == "import":
        with tempfile.TemporaryDirectory() as folder:
            run(_IMPORT, str(given.path), str(Path(folder) / "bench"))
    else:
        compare_readers(given.path)


if __name__ == "__main__":
    main()
