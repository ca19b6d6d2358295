"""The report as a browser shows it from a file: whole, silent, not wider than a phone, filter at work."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support.browser import IN_BROWSER, dom_of, told_in_frames
from support.reports import page_of, small_run

from twin.core.language import CODES

pytestmark = IN_BROWSER
WAIT_MS = 5000
WIDTHS = (1280, 390, 320)
SCHEME = "--blink-settings=preferredColorScheme"
TOO_WIDE = '<div style="width:700px">x</div>'
MEASURE = """<script>
addEventListener("load", () => {
  const shown = () => [...document.querySelectorAll("#parameters tbody tr")].filter((row) => row.offsetParent).length;
  const all = shown();
  const counts = {};
  for (const button of document.querySelectorAll("#filters button")) {
    button.click();
    counts[button.dataset.label] = [shown(), button.getAttribute("aria-pressed")];
  }
  const box = document.querySelector("div[data-rows]");
  const patients = () => [...document.querySelectorAll("#timelines-table tbody tr")];
  const visible = () => patients().filter((row) => row.offsetParent);
  const choose = (select, value) => {
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const strips = { all: visible().length, sorted: {}, filtered: {}, hidden: box.hidden };
  strips.told = box.querySelector("output").textContent;
  const [by, way, ...filters] = box.querySelectorAll("select");
  for (const direction of ["up", "down"]) {
    choose(way, direction);
    for (const option of by.options) {
      choose(by, option.value);
      strips.sorted[`${option.value} ${direction}`] = visible().map((row) => row.dataset[option.value]);
    }
  }
  for (const select of filters) {
    for (const option of [...select.options].slice(1)) {
      choose(select, option.value);
      const left = [...new Set(visible().map((row) => row.dataset[select.dataset.key]))];
      const key = `${select.dataset.key} ${option.value}`;
      strips.filtered[key] = [left, visible().length, box.querySelector("output").textContent];
      const place = patients().findIndex((row) => row.hidden);
      strips.last = (strips.last ?? true) && (place < 0 || place === visible().length);
    }
    choose(select, "");
  }
  filters.forEach((select) => choose(select, select.options[1].value));
  strips.together = visible().every((row) => filters.every((f) => row.dataset[f.dataset.key] === f.value));
  filters.forEach((select) => choose(select, ""));
  strips.back = visible().length;
  by.focus();
  strips.focused = document.activeElement === by;
  strips.labelled = [...box.querySelectorAll("select")].every((select) => select.closest("label"));
  strips.heights = Math.min(...[...document.querySelectorAll(".strip")].map((bar) => bar.offsetHeight));
  strips.bars = [...document.querySelectorAll(".strip")].every((bar) => bar.scrollWidth <= bar.clientWidth + 1);
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    !element.closest(".scroll, pre, .map, svg, .skip") && element.getBoundingClientRect().right > innerWidth + 1);
  const style = getComputedStyle(document.body);
  const charts = [...document.querySelectorAll("svg[role=img]")].map((svg) => svg.getBoundingClientRect().width);
  const kinds = "p, th, td, li, small, label, output, select, summary, a, h1, h2, h3, figcaption, code, .word"
    + ", .names span";
  const texts = [...document.querySelectorAll(kinds)];
  const inks = texts.map((element) => getComputedStyle(element).color);
  const told = document.createElement("pre");
  told.id = "told";
  told.textContent = JSON.stringify({
    width: innerWidth, scroll: document.documentElement.scrollWidth,
    wide: wide.map((element) => element.outerHTML.slice(0, 200)),
    strips, requests: performance.getEntriesByType("resource").map((entry) => entry.name), noise, all, counts, charts,
    page: style.backgroundColor, inks: [...new Set(inks)], title: document.title, lang: document.documentElement.lang,
  });
  frameElement.after(told);
});
</script>"""


Told = dict[int, dict[str, Any]]
"""What a page says of itself, by the width of its window."""


@pytest.fixture(scope="module", params=CODES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> str:
    """The report of two days in a small city."""
    return page_of(small_run(tmp_path_factory.mktemp("browser"), small_map_folder), request.param)


@pytest.fixture(scope="module")
def light(page: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A page in windows of all widths; and with something too wide, at width 0."""
    frames = [*((page, width) for width in WIDTHS), (page.replace("<main>", f"<main>{TOO_WIDE}", 1), 390)]
    told = told_in_frames(frames, MEASURE, tmp_path_factory.mktemp("light"), WAIT_MS, f"{SCHEME}=1")
    return dict(zip((*WIDTHS, 0), told, strict=True))


@pytest.fixture(scope="module")
def dark(page: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    told = told_in_frames([(page, 1280)], MEASURE, tmp_path_factory.mktemp("dark"), WAIT_MS, f"{SCHEME}=0")
    return {1280: told[0]}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_no_wider_than_its_window(light: Told, width: int) -> None:
    told = light[width]
    assert told["width"] == width
    assert told["scroll"] <= width
    assert told["wide"] == []
    assert min(told["charts"]) > 200


def test_the_measure_of_width_sees_what_is_too_wide(light: Told) -> None:
    told = light[0]
    assert told["scroll"] > 390
    assert told["wide"]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_silent_and_asks_for_nothing(light: Told, width: int) -> None:
    told = light[width]
    assert told["noise"] == []
    assert told["requests"] == []
    assert told["title"].startswith("Is <script>")


def test_buttons_show_the_parameters_of_one_label(light: Told) -> None:
    told = light[1280]
    counts = {label: shown for label, (shown, _) in told["counts"].items()}
    assert counts.pop("") == told["all"]
    assert sum(counts.values()) == told["all"]
    assert all(0 < shown < told["all"] for shown in counts.values())
    assert all(pressed == "true" for _, pressed in told["counts"].values())


def in_order(keys: list[str], *, words: bool, down: bool) -> bool:
    """Say whether keys are in order (words: equal ones stand together, since languages order them differently)."""
    if words:
        changes = sum(one != other for one, other in pairwise(keys))
        return changes == len(set(keys)) - 1
    numbers = [float(key) for key in keys]
    return numbers == sorted(numbers, reverse=down)


def test_timelines_can_be_sorted_by_every_key_in_both_directions(light: Told) -> None:
    strips = light[1280]["strips"]
    assert strips["all"] > 20
    assert not strips["hidden"]
    assert {name.split()[0] for name in strips["sorted"]} >= {
        "time",
        "ring0",
        "ring1",
        "door0",
        "door1",
        "gap",
        "place",
    }
    for name, keys in strips["sorted"].items():
        key, way = name.split()
        assert len(keys) == strips["all"]
        assert in_order(keys, words=key == "place", down=way == "down"), name
    assert strips["sorted"]["ring0 up"] == strips["sorted"]["ring0 down"][::-1]
    assert strips["sorted"]["ring0 up"] != strips["sorted"]["ring1 up"]


def test_timelines_can_be_filtered_and_say_how_many_are_left(light: Told) -> None:
    strips = light[1280]["strips"]
    by_key: dict[str, int] = {}
    for name, (left, count, told) in strips["filtered"].items():
        key, value = name.split()
        assert left == [value]
        assert str(count) in told
        by_key[key] = by_key.get(key, 0) + count
    assert set(by_key) == {"condition", "district", "age"}
    assert set(by_key.values()) == {strips["all"]}
    assert strips["together"]
    assert strips["last"]  # rows that are left out stand behind the others, so that print shows the first of those left
    assert strips["back"] == strips["all"]
    assert str(strips["all"]) in strips["told"]


@pytest.mark.parametrize("width", [1280, 390])
def test_timelines_can_be_reached_by_keyboard_and_their_bars_fit(light: Told, width: int) -> None:
    strips = light[width]["strips"]
    assert strips["focused"]
    assert strips["labelled"]
    assert strips["bars"]
    assert strips["heights"] >= 12


def test_without_a_script_the_timelines_are_a_plain_table(page: str, tmp_path: Path) -> None:
    path = tmp_path / "silent.html"
    path.write_text(re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL), encoding="utf-8")
    dom = dom_of(path, WAIT_MS)
    assert re.search(r'<div class="filters" data-rows="timelines-table" hidden', dom)
    assert dom.count("data-ring0=") > 20
    assert "<tr hidden" not in dom


def luminance(colour: str) -> float:
    """Return the relative luminance of ``rgb(...)`` (WCAG 2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_light_and_dark(light: Told, dark: Told, scheme: str) -> None:
    told = (dark if scheme == "dark" else light)[1280]
    behind = luminance(told["page"])
    assert (behind < 0.1) == (scheme == "dark")
    for colour in told["inks"]:
        lighter, darker = sorted((luminance(colour), behind), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, colour


def test_a_report_opens_from_its_file(page: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    dom = dom_of(path, WAIT_MS)
    assert dom.count("aria-pressed") >= 3  # the script has run
    assert 'id="provenance"' in dom
