"""How this package compiles its kernels."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core import config

SOURCES = tuple(sorted(Path(__file__).parent.glob("*.py")))


def cache_folder() -> Path:
    """Return where machine code is kept: a folder for each state of the kernels' sources.

    Numba notices that a kernel's own file has changed, but not that another file, whose kernel it calls, has.
    """
    given: str = getattr(config, "CACHE_DIR", "")
    if given:
        return Path(given)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:12]
    return Path(__file__).parent / "__pycache__" / f"machine-code-{digest}"


setattr(config, "CACHE_DIR", str(cache_folder()))  # noqa: B010 - numba makes its settings at run time


def _import_array_functions() -> None:
    """Import numba's functions of arrays, which it does before it reads any machine code, without linear algebra.

    They look whether SciPy's is there by importing it, which takes a tenth of a second; SciPy is there. A function that
    multiplies matrices imports it when it is compiled.
    """
    names = ("scipy.linalg", "scipy.linalg.cython_blas")
    stand_ins = {} if names[0] in sys.modules else {name: ModuleType(name) for name in names}
    sys.modules.update(stand_ins)
    try:
        import_module("numba.np.arraymath")
    finally:
        for name in stand_ins:
            del sys.modules[name]


_import_array_functions()

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile `function` with numba on its first call, keep the machine code on disk, and release the GIL in it.

    Never parallel: one seed gives one result to the last bit, and one run a core is the default. Read-only arrays are
    another type to numba than writable ones, and cost another compilation: callers hand over one kind.
    """
    return cast("Callable[Parameters, Result]", numba.njit(cache=True, nogil=True)(function))


def direct(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Return a way to call a kernel from Python, always with arguments of the types of the first call.

    Numba else looks at the type of every argument of every call, member by member, which takes 4 microseconds where
    tuples of arrays are handed over and a tenth of that without. Types are not looked at again: for callers that hand
    over arrays which they have made themselves.
    """
    dispatcher = cast("Any", function)
    compiled: Any = None

    def call(*arguments: Any) -> Any:
        nonlocal compiled
        if compiled is None:
            types = tuple(map(cast("Any", numba).typeof, arguments))
            dispatcher.compile(types)
            compiled = dispatcher.overloads[types].entry_point
        return compiled(*arguments)

    return cast("Callable[Parameters, Result]", call)


def uncounted_kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile `function` as `kernel` does, for small functions that are called millions of times with many arrays.

    Numba else counts every array that such a call is handed up and down again, which takes longer than what the road's
    kernels do with them: five times as long in all. Without the counting nothing may be allocated, and numba raises
    where something is. These functions are compiled into what calls them.
    """
    uncounted: dict[str, bool] = {"_nrt": False}
    compiled = numba.njit(cache=True, nogil=True, forceinline=True, **uncounted)  # type: ignore[call-overload]
    return cast("Callable[Parameters, Result]", compiled(function))


def rare_kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile `function` as `uncounted_kernel` does, but apart: for what a loop seldom needs and should not carry."""
    uncounted: dict[str, bool] = {"_nrt": False}
    compiled = numba.njit(cache=True, nogil=True, **uncounted)  # type: ignore[call-overload]
    return cast("Callable[Parameters, Result]", compiled(function))


def arithmetic_kernel(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile `function` as `kernel` does, but divide as numpy does: by 0 gives infinity, not an error.

    Numba else looks before every division whether it is one by 0, and a loop with such a look in it is done number by
    number instead of four or eight at a time. Sums are still added in the order that is written.
    """
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast("Callable[Parameters, Result]", compiled)


def arithmetic_part(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a small function of numbers into the `arithmetic_kernel` that calls it, so that its loop stays one."""
    options: dict[str, bool] = {"_nrt": False}
    compiled = numba.njit(  # type: ignore[call-overload]
        cache=True, nogil=True, forceinline=True, error_model="numpy", **options
    )(function)
    return cast("Callable[Parameters, Result]", compiled)
