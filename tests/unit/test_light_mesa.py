"""Mesa is imported without its spaces, and nobody who wants them can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.commands import ROOT


def run(*lines: str) -> str:
    """Run lines in a Python of their own, which has imported nothing yet; return what they print."""
    words = [sys.executable, "-W", "error", "-c", "\n".join(("import sys", *lines))]
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_neither_networkx_nor_scipy_comes_with_the_model() -> None:
    assert run("import twin.core.model", "print({'networkx', 'scipy', 'mesa.space'} & set(sys.modules))") == "set()\n"


def test_parts_that_were_left_out_come_when_asked_for() -> None:
    ways = (
        "import twin.core.model",
        "from mesa.discrete_space.grid import Grid",  # a module within a part, before the part itself
        "import mesa, mesa.experimental.devs",
        "from mesa import space",
        "assert mesa.discrete_space.Grid is Grid",
        "assert mesa.experimental.devs.ABMSimulator and space.MultiGrid is mesa.space.MultiGrid",
        "assert issubclass(twin.core.model.Twin, mesa.Model)",
        "print(hasattr(mesa, 'no_such_part'))",
    )
    assert run(*ways) == "False\n"


def test_mesa_that_was_imported_before_is_the_same() -> None:
    assert (
        run("import mesa", "space = mesa.space", "from twin.core.light_mesa import mesa", "print(mesa.space is space)")
        == "True\n"
    )


def test_a_mesa_whose_model_needs_the_spaces_is_imported_whole(tmp_path: Path) -> None:
    """As a later version may."""
    (tmp_path / "mesa").mkdir()
    (tmp_path / "mesa" / "space.py").write_text("class Grid: ...\n")
    (tmp_path / "mesa" / "model.py").write_text("from mesa.space import Grid\nclass Model: ...\n")
    (tmp_path / "mesa" / "__init__.py").write_text("import mesa.space as space\nfrom mesa.model import Model\n")
    lines = (
        f"sys.path.insert(0, {str(tmp_path)!r})",
        "from twin.core.light_mesa import mesa",
        "print(mesa.model.Grid is mesa.space.Grid, sys.modules['mesa'] is mesa)",
    )
    assert run(*lines) == "True True\n"
