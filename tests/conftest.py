"""Fixtures that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cities import write_small_map


@pytest.fixture(scope="session")
def small_map_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map folder of a small city; tests read it and never change it."""
    return write_small_map(tmp_path_factory.mktemp("maps") / "small")
