"""Compiles the kernels that a run needs once, before worker processes would each do it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from typing import Final

NEEDED: Final = ("hierarchy", "queries", "buckets", "driving", "delays", "grid")
"""Kernel files that a run calls whatever lives in it; the others serve domains, or the building of maps."""
WARM_UP: Final = "twin.city.warm_up:compile_kernels"
"""Compiles these; domains name the like for theirs."""


def kernels_are_compiled(names: Iterable[str] = NEEDED) -> bool:
    """Say whether machine code of every one of these kernel files lies on disk."""
    from twin.kernels.compile import cache_folder

    return all(any(cache_folder().rglob(f"{name}.*.nbi")) for name in names)


def compile_beside(warm_ups: Iterable[str] = (WARM_UP,)) -> None:
    """Call functions (``module:name``) in a process of their own, whose memory (the compiler's) is given back."""
    calls = (f"import {module}; {module}.{name}()" for module, _, name in (each.partition(":") for each in warm_ups))
    subprocess.run([sys.executable, "-c", "; ".join(calls)], check=True)


def compile_kernels() -> None:
    """Call every kernel that a run needs once, on a graph of three nodes."""
    import numpy as np

    from twin.city.driving import drive
    from twin.city.nearest import NearestPoint
    from twin.city.routing import Hierarchy
    from twin.kernels.delays import delayed_times
    from twin.kernels.driving import sum_over

    edge_from, edge_to = np.array([0, 1, 2], dtype=np.int32), np.array([1, 2, 0], dtype=np.int32)
    hierarchy = Hierarchy.of_arrays(np.arange(3, dtype=np.int32), edge_from, edge_to)
    times = hierarchy.customise(np.array([1000, 1000, 1000], dtype=np.int32))
    times.times_to(np.array([0, 1], dtype=np.int32), 2)
    route = times.route(0, 2)
    places = hierarchy.places(np.array([0, 1], dtype=np.int32))
    times.times_from_places(places, 2)
    hierarchy.customise_each(np.full((2, 3), 1000, dtype=np.int32))  # their times to the places are made with them
    if route is not None:
        drive(route.edges, 0.0, np.array([0.0]), np.full((1, 3), 1000, dtype=np.int32), 1.0)
    NearestPoint(np.zeros((1, 2))).to(np.zeros((1, 2)))
    one = np.zeros(1, np.float32)
    sum_over(none := np.zeros(1, np.int32), one, np.zeros(1))
    delayed_times(one, one, none, none, one[0], one, one, one[0], none)
