"""Pages in headless Chromium, opened from a file as a reader opens them, and asked by a script what they show."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome is installed"),
]
"""Marks of a test file whose tests need a browser."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,800",
)  # fmt: skip
LISTEN = """<script>
const noise = [];
addEventListener("error", (event) => noise.push(String(event.message)));
addEventListener("unhandledrejection", (event) => noise.push(String(event.reason)));
for (const level of ["error", "warn"]) console[level] = (...words) => noise.push(words.join(" "));
Element.prototype.setPointerCapture = () => {};  // knows no pointers that a script makes up
</script>"""


def dom_of(path: Path, wait_ms: int, *flags: str) -> str:
    """Return a page's elements after so long, by the page's own clock, which runs as fast as the machine can."""
    assert BROWSER is not None
    own = (f"--user-data-dir={path.parent / 'profile'}", f"--virtual-time-budget={wait_ms}")
    command = [BROWSER, *FLAGS, *own, *flags, "--dump-dom", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=180, check=True).stdout


def told_by(path: Path, wait_ms: int, *flags: str) -> dict[str, Any]:
    """Return what a page's script has written, as JSON, into an element ``told``."""
    (told,) = _told(dom_of(path, wait_ms, *flags))
    return told


def _told(dom: str) -> list[dict[str, Any]]:
    """Return what scripts have written, in the order of the page."""
    found = re.findall(r'<pre id="told">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-2000:]
    return [json.loads(unescape(text)) for text in found]


def with_script(page: str, script: str) -> str:
    """Return a page that notes errors and warnings in ``noise``, with a script at its end."""
    return page.replace("<head>", f"<head>{LISTEN}", 1).replace("</body>", f"{script}</body>", 1)


def told_in_frames(
    frames: Sequence[tuple[str, int]], script: str, folder: Path, wait_ms: int, *flags: str
) -> list[dict[str, Any]]:
    """Return what a script tells of each page in a frame of exactly this width: windows have a least one.

    One browser opens them all, one upon the other, so that each is in sight; the script puts what it tells behind its
    frame (``frameElement``).
    """
    style = "position:absolute;left:0;top:0;border:0;height:800px"
    texts = [
        f'<iframe style="{style};width:{width}px" srcdoc="{escape(with_script(page, script))}"></iframe>'
        for page, width in frames
    ]
    path = folder / "frame.html"
    path.write_text(f"<!DOCTYPE html><html><body>{''.join(texts)}</body></html>", encoding="utf-8")
    told = _told(dom_of(path, wait_ms, *flags))
    assert len(told) == len(frames), "a page has told nothing"
    return told
