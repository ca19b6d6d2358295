"""Every example in the README and in docs/ runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from twin.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def examples() -> list[tuple[str, str]]:
    return [
        (f"{page.name}:{n}", code) for page in PAGES for n, code in enumerate(BLOCK.findall(page.read_text("utf-8")))
    ]


@pytest.mark.parametrize(("name", "code"), examples(), ids=[name for name, _ in examples()])
def test_a_python_example_runs_as_printed(name: str, code: str, tmp_path: Path) -> None:
    for folder in ("scenarios", "maps"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    outcome = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr[-2000:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    missing = [target for target in LINK.findall(page.read_text("utf-8")) if not (page.parent / target).exists()]
    assert not missing


def test_every_page_stands_in_the_sites_contents() -> None:
    contents = (ROOT / "mkdocs.yml").read_text("utf-8")
    missing = [page.name for page in PAGES[1:] if not re.search(rf"\b{re.escape(page.name)}$", contents, re.MULTILINE)]
    assert not missing


@pytest.mark.parametrize("path", sorted(set(re.findall(r"scenarios/\w+\.yaml", PAGES[0].read_text("utf-8")))))
def test_every_scenario_that_the_readme_names_is_valid(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(ROOT / path), "--check"]) == 0
    assert capsys.readouterr().out.endswith("is a valid scenario\n")
