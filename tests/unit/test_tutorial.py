"""The tutorial works as it is printed, from top to bottom, for somebody who begins in an empty folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import ROOT, environment

BLOCK = re.compile(r"```(sh|py|yaml)\n(.*?)```", re.DOTALL)
NAME = re.compile(r"# (\w+\.(?:py|yaml))\n")


@pytest.mark.long
def test_the_tutorial_runs_from_top_to_bottom(tmp_path: Path) -> None:
    for folder in ("scenarios", "maps"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("twin", "-m twin.cli"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    env = environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    env["PATH"] = f"{programs}:{env['PATH']}"
    said = ""
    for kind, text in BLOCK.findall((ROOT / "docs/tutorial.md").read_text("utf-8")):
        if kind == "sh":
            done = subprocess.run(
                ["bash", "-euc", text], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300
            )
            assert done.returncode == 0, f"{text}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
            said += done.stdout
        else:
            name = NAME.match(text)
            assert name, f"a reader does not know where to put this:\n{text}"
            (tmp_path / name[1]).write_text(text, encoding="utf-8")
    for part in (
        "answers dispatch legally",
        "is a valid scenario",
        "least_coverage_loss would have answered",
        "KPIs are kept",
    ):
        assert part in said
