"""How a run deals with memory: days of a city are large arrays, which are to be given back when they are gone."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Any, Final

LARGE_BYTES: Final = 2**20
"""From this size on arrays are asked from the system one by one, and given back one by one."""
_MMAP_THRESHOLD: Final = -3
"""What glibc's ``mallopt`` calls that size."""


def _of_the_c_library(name: str) -> Any:
    """Return a function of glibc, None on other systems."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


def give_back_large_arrays() -> None:
    """Have large arrays given back to the system as soon as nobody holds them.

    Else the first large array that goes makes glibc keep all of its size that follow, and Arrow keeps its own.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    set_option = _of_the_c_library("mallopt")
    if set_option is not None:
        set_option(_MMAP_THRESHOLD, LARGE_BYTES)


def give_back_memory() -> None:
    """Collect what is gone, and give back what allocators keep for later."""
    gc.collect()
    trim = _of_the_c_library("malloc_trim")
    if trim is not None:
        trim(0)
