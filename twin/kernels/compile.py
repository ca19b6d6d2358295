"""How this package compiles its kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile `function` with numba on its first call, keep the machine code on disk, and release the GIL in it.

    Never parallel: one seed gives one result to the last bit, and one run a core is the default.

    Numba notices on its own that a kernel's file has changed, but not that a kernel of another file, which it calls,
    has: after such a change remove ``twin/kernels/__pycache__``. Read-only arrays are another type to it than writable
    ones, and cost another compilation: callers hand over one kind.
    """
    return cast("Callable[Parameters, Result]", numba.njit(cache=True, nogil=True)(function))
