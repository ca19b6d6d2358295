"""Mesa, without what of it nobody here uses.

``import mesa`` imports its spaces and experiments too, and with them networkx and half of SciPy: 560 modules, 0.3 s of
each start. The twin has roads for a space and needs agents and the model alone. So empty modules stand in for those
parts while Mesa is imported; afterwards they are as any module that was not imported yet, and come when somebody (a
policy, a notebook) asks for one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Final

UNUSED: Final = ("mesa.discrete_space", "mesa.experimental", "mesa.space")


def _import_mesa() -> ModuleType:
    if "mesa" in sys.modules:
        return import_module("mesa")
    sys.modules.update({name: ModuleType(name) for name in UNUSED})
    try:
        found = import_module("mesa")
    except ImportError:  # a version of Mesa whose other parts need these
        for name in [name for name in sys.modules if name.partition(".")[0] == "mesa"]:
            del sys.modules[name]
        return import_module("mesa")
    for name in UNUSED:
        del sys.modules[name]
        vars(found).pop(name.removeprefix("mesa."), None)
    vars(found)["__getattr__"] = _import_part
    return found


def _import_part(name: str) -> ModuleType:
    """Answer for a name that Mesa does not have yet."""
    if f"mesa.{name}" not in UNUSED:
        raise AttributeError(f"module 'mesa' has no attribute {name!r}")
    return import_module(f"mesa.{name}")


_import_mesa()

import mesa  # noqa: E402 - for what types it has

__all__ = ["mesa"]
