"""The Zhengzhou twin: a digital-twin simulation environment of Zhengzhou's city brain."""

from __future__ import annotations

from twin.api import Study, load

__version__ = "0.1.0"

__all__ = ["Study", "load"]
