"""What studies have kept is told, and goes when no study would ask for it again; what is of use stays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import write_scenario

from twin.cli import main
from twin.experiment.cell_shelf import look_through
from twin.experiment.cell_store import DESCRIPTION, CellStore
from twin.experiment.cells import Cell, Job, cells_of
from twin.scenario.load import load_scenario


@pytest.fixture
def kept(tmp_path: Path, small_map_folder: Path) -> tuple[Path, list[Cell]]:
    """A store of two cells with two days and one, whose results nobody reads here."""
    cells = cells_of(load_scenario(write_scenario(tmp_path, small_map_folder)))
    store = CellStore(tmp_path / "reports" / "cells")
    for cell, days in zip(cells, (2, 1), strict=True):
        store.describe(cell)
        for day in range(days):
            store.put(Job(cell, day), {"kpis": {}})
    return tmp_path / "reports", cells


def made_by_other_code(reports: Path, cell: Cell) -> Path:
    """Give a cell's folder another id, as other code would have."""
    folder = reports / "cells" / cell.id
    return folder.rename(folder.with_name("0123456789abcdef"))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["cells", *words]) == 0
    return capsys.readouterr().out


def test_cells_of_today_are_of_use_and_stay(kept: tuple[Path, list[Cell]], capsys: pytest.CaptureFixture[str]) -> None:
    reports, cells = kept
    out = said(capsys, "--reports", str(reports), "--remove")
    assert out.startswith("2 cells with 3 days")
    assert "of no use any more: 0 cells" in out
    assert {path.name for path in (reports / "cells").iterdir()} == {cell.id for cell in cells}


def test_what_other_code_made_is_told_and_only_removed_when_asked(
    kept: tuple[Path, list[Cell]], capsys: pytest.CaptureFixture[str]
) -> None:
    reports, cells = kept
    old = made_by_other_code(reports, cells[0])
    size = sum(path.stat().st_size for path in old.iterdir())
    told = json.loads(said(capsys, "--reports", str(reports), "--json"))
    assert (told["cells"], told["days"], told["old_cells"], told["old_days"]) == (2, 3, 1, 2)
    assert told["old_bytes"] == size
    assert told["freed_bytes"] == 0
    assert old.is_dir()
    assert json.loads(said(capsys, "--reports", str(reports), "--json", "--remove"))["freed_bytes"] == size
    assert not old.exists()
    assert CellStore(reports / "cells").finished(cells[1]) == {0}


NOT_DESCRIBED = [
    "{", "[]", "{}", '{"scenario": {}, "path": "x", "map_folder": "y"}', '{"scenario": {}, "path": 3, "map_folder": 4}',
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_DESCRIBED)
def test_a_description_that_cannot_be_read_is_of_no_use(kept: tuple[Path, list[Cell]], text: str) -> None:
    reports, cells = kept
    (reports / "cells" / cells[0].id / DESCRIPTION).write_text(text, encoding="utf-8")
    of_use = {cell.folder.name: cell.of_use for cell in look_through(reports / "cells").cells}
    assert of_use == {cells[0].id: False, cells[1].id: True}


def test_a_file_that_a_study_renames_meanwhile_is_no_error(
    kept: tuple[Path, list[Cell]], monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, _ = kept
    walk = os.walk

    def walk_and_see_more(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for path, folders, files in walk(folder):
            yield path, folders, [*files, ".0007.json.machine.4711"]

    before = look_through(reports / "cells")
    monkeypatch.setattr("twin.experiment.cell_shelf.os.walk", walk_and_see_more)
    assert look_through(reports / "cells") == before


def test_a_map_that_is_gone_makes_its_cells_of_no_use(kept: tuple[Path, list[Cell]]) -> None:
    reports, cells = kept
    path = reports / "cells" / cells[0].id / DESCRIPTION
    plain = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**plain, "map_folder": str(reports / "nowhere")}), encoding="utf-8")
    assert [cell.of_use for cell in look_through(reports / "cells").cells if cell.folder == path.parent] == [False]


def test_where_nothing_was_kept_nothing_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--reports", str(tmp_path / "none")).startswith("0 cells with 0 days, 0.0 MB")
    assert said(capsys, "--reports", str(tmp_path / "none"), "--lang", "zh").startswith("0 个单元")
