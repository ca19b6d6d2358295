"""Build maps/zhengzhou from its inputs: ``python maps/zhengzhou/build/build.py``. Two builds give the same bytes."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

import numpy as np  # noqa: E402
from arterials import clean_skeleton, main_roads, part_motorways  # noqa: E402
from assemble import assemble  # noqa: E402
from axes import read_axes  # noqa: E402
from districts import read_districts, write_districts  # noqa: E402
from documents import write_documents  # noqa: E402
from expressways import raise_expressways  # noqa: E402
from frame import lay_frame, lay_rings  # noqa: E402
from infill import bend_long_streets, lay_blocks  # noqa: E402
from motorways import Upper, crossing_interchanges, raise_motorways  # noqa: E402
from places import write_hospitals, write_stations  # noqa: E402
from population import spread_residents, write_population  # noqa: E402
from skeleton import read_skeleton  # noqa: E402

from twin.city.graph import RoadGraph  # noqa: E402
from twin.city.map import write_graph  # noqa: E402

SEED = 20210720


def build_graph(districts: list) -> RoadGraph:
    """Build the road graph."""
    rng = np.random.default_rng(SEED)
    skeleton = clean_skeleton(*read_skeleton())
    motorways = part_motorways(skeleton)
    interchanges = set(skeleton.neighbours())
    ground = main_roads(skeleton, read_axes())
    lay_rings(ground)
    lay_frame(ground, rng)
    lay_blocks(ground, rng)
    ground.settle(22.0)
    ground.prune_short_ends(60.0)
    bend_long_streets(ground, rng)
    interchanges |= crossing_interchanges(motorways, ground)
    upper = Upper(first=len(ground.xy))
    raise_motorways(upper, motorways, interchanges, ground)
    print(raise_expressways(upper, ground))
    return assemble(ground, upper, districts, rank_nodes)


def rank_nodes(x_m: np.ndarray, y_m: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Order the nodes for the routing hierarchy."""
    try:
        from twin.kernels.dissection import nested_dissection_order
    except ImportError:
        print("twin.kernels.dissection is absent: the rank is a placeholder")
        return np.arange(len(x_m), dtype=np.int32)
    return nested_dissection_order(x_m, y_m, start, end)


def main() -> None:
    """Build every file of the map folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE.parent, help="where the map is written")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    districts = read_districts()
    graph = build_graph(districts)
    print(f"{graph.node_count} nodes, {graph.edge_count} edges, {time.perf_counter() - began:.0f} s")
    write_graph(folder, graph)
    write_districts(folder / "districts.geojson", districts)
    population = spread_residents(graph, districts)
    write_population(folder / "population.parquet", population, districts)
    hospitals = write_hospitals(folder / "hospitals.csv", districts)
    write_stations(folder / "stations.csv", graph, population, hospitals, districts)
    write_documents(folder, graph, len(hospitals), SEED)
    print(f"written to {folder} in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
