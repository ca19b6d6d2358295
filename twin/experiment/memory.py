"""How a run deals with memory: days of a city are large arrays, which are to be given back when they are gone."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

LARGE_BYTES: Final = 2**23
"""From this size on arrays are asked from the system one by one, and given back one by one."""
KEPT_BYTES: Final = 2**26
"""So much of what nobody uses is kept for the next array: else it is given back and asked for again, emptied by the
system each time."""
_MMAP_THRESHOLD: Final = -3
"""What glibc's ``mallopt`` calls that size."""
_TRIM_THRESHOLD: Final = -1
"""And what it calls the other."""


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
        set_option(_TRIM_THRESHOLD, KEPT_BYTES)


class _HeapUse(ctypes.Structure):
    """What glibc's ``mallinfo2`` returns; ``fordblks`` are the bytes that it keeps and nobody uses."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def give_back_memory() -> None:
    """Collect what is gone, and give back what allocators keep for later, if that is much.

    What is given back is asked for again a moment later, and emptied by the system: not worth it after a small day.
    """
    gc.collect()
    trim = _of_the_c_library("malloc_trim")
    if trim is not None and _unused_bytes() > KEPT_BYTES:
        trim(0)


def _unused_bytes() -> int:
    """Return how much glibc keeps and nobody uses; more than any threshold where it is too old to say."""
    ask = _of_the_c_library("mallinfo2")
    if ask is None:
        return sys.maxsize
    ask.restype = _HeapUse
    return int(ask().fordblks)


def forget_peak() -> None:
    """Begin to measure the largest size anew, where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mb() -> float | None:
    """Return the largest resident size of this process since `forget_peak`, in megabytes.

    Where the system cannot forget it is that of the process's life; None on Windows, which does not tell.
    """
    if sys.platform == "win32":
        return None
    with suppress(OSError, ValueError):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "")
        return round(int(line.split()[1]) / 1024, 1) if line else None
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)
