"""The Zhengzhou twin: a digital-twin simulation environment of Zhengzhou's city brain."""

from __future__ import annotations

__version__ = "0.1.0"
