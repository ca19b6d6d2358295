"""Files that tests write or spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "scenarios"
BASE = DATA / "right" / "base.yaml"

Write = Callable[..., Path]


def change(path: Path, old: str, new: str) -> None:
    """Replace the first such text of a file, which must hold it."""
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def scenario_writer(folder: Path) -> Write:
    """Return what writes a scenario that extends the base one into a folder, and returns its path."""

    def write(text: str, name: str = "mine.yaml", base: Path = BASE) -> Path:
        path = folder / name
        path.write_text(f"extends: {base}\nmap: {DATA / 'maps' / 'small'}\n{text}", encoding="utf-8")
        return path

    return write
