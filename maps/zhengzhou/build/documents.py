"""map.yaml, SOURCE.md and LICENSE; the counts in SOURCE.md are those of the graph just built."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from assemble import COUNTRY_SPEED_KMH, LANES, TOWN_SPEED_KMH

from twin.city.graph import EDGE_SOURCES, ROAD_CLASSES, RoadGraph

TEMPLATES: Final = Path(__file__).parent / "templates"


def write_documents(folder: Path, graph: RoadGraph, hospitals: int, seed: int) -> None:
    """Write the three texts."""
    _write(folder / "map.yaml", _template("map.yaml"))
    _write(folder / "LICENSE", _template("LICENSE"))
    town = ", ".join(f"{name} {speed:.0f}" for name, speed in TOWN_SPEED_KMH.items())
    country = ", ".join(
        f"{name} {speed:.0f}" for name, speed in COUNTRY_SPEED_KMH.items() if speed != TOWN_SPEED_KMH[name]
    )
    lanes = ", ".join(f"{name} {count}" for name, count in LANES.items())
    text = _template("SOURCE.md").format(
        counts=_counts(graph), hospitals=hospitals, seed=seed, town=town, country=country, lanes=lanes
    )
    _write(folder / "SOURCE.md", text)


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _counts(graph: RoadGraph) -> str:
    kilometres = graph.edge_length_m.astype(np.float64) / 1000
    rows = ["| | directed edges | km |", "|---|---|---|"]
    for words, codes in ((EDGE_SOURCES, graph.edge_source), (ROAD_CLASSES, graph.edge_class)):
        for code, word in enumerate(words):
            if (mine := codes == code).any():
                rows.append(f"| {word} | {mine.sum():,} | {kilometres[mine].sum():,.0f} |")
    upper = graph.edge_level == 1
    rows.append(f"| level 1 | {upper.sum():,} | {kilometres[upper].sum():,.0f} |")
    rows.append(f"| all | {graph.edge_count:,} | {kilometres.sum():,.0f} |")
    return f"{graph.node_count:,} nodes; {len(graph.names) - 1} names.\n\n" + "\n".join(rows)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
