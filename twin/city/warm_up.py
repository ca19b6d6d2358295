"""Compiles the kernels once, before worker processes would each do it."""

from __future__ import annotations

import os
from pathlib import Path

import twin.kernels


def kernels_are_compiled() -> bool:
    """Say whether machine code for every kernel file lies on disk and is newer than the file."""
    folder = Path(twin.kernels.__file__).parent
    cache = Path(os.environ.get("NUMBA_CACHE_DIR") or folder / "__pycache__")
    for source in folder.glob("*.py"):
        if "@kernel" not in source.read_text(encoding="utf-8"):
            continue
        indices = list(cache.rglob(f"{source.stem}.*.nbi"))
        if not indices or max(path.stat().st_mtime for path in indices) < source.stat().st_mtime:
            return False
    return True


def compile_kernels() -> None:
    """Call every kernel that a run needs once, on a graph of three nodes."""
    import numpy as np

    from twin.city.routing import Hierarchy, drive
    from twin.kernels.dissection import nested_dissection_order

    edge_from, edge_to = np.array([0, 1, 2], dtype=np.int32), np.array([1, 2, 0], dtype=np.int32)
    rank = nested_dissection_order(np.array([0.0, 1.0, 0.5]), np.array([0.0, 0.0, 1.0]), edge_from, edge_to)
    hierarchy = Hierarchy.of_arrays(rank, edge_from, edge_to)
    times = hierarchy.customise(np.array([1000, 1000, 1000], dtype=np.int32))
    times.times_to(np.array([0, 1], dtype=np.int32), 2)
    route = times.route(0, 2)
    if route is not None:
        drive(route.edges, 0.0, np.array([0.0]), times.edge_time_ms[None, :].copy(), 1.0)
