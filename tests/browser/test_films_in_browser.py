"""Maps by hour as a browser shows them from a file: they paint, follow the hour, say what is under the pointer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.browser import IN_BROWSER, dom_of, told_in_frames
from support.reports import page_of, small_traffic_run

pytestmark = IN_BROWSER
WAIT_MS = 8000
WIDTHS = (1200, 390, 320)
MEASURE = """<script>
addEventListener("load", () => setTimeout(() => {
  const films = [...document.querySelectorAll("figure.film")].map((figure) => {
    const canvas = figure.querySelector("canvas");
    const slider = figure.querySelector("input[type=range]");
    const radios = [...figure.querySelectorAll("input[type=radio]")];
    const line = figure.querySelector(".film-told");
    const pen = canvas.getContext("2d");
    const look = () => {
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      let painted = 0;
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3]) {
          painted++;
          sum = (sum * 31 + data[at] * 7 + data[at + 1] * 3 + data[at + 2] + at) % 1000003;
        }
      }
      return { painted, sum };
    };
    const hours = [];
    for (let hour = 0; hour <= Number(slider.max); hour++) {
      slider.value = hour;
      slider.dispatchEvent(new Event("input"));
      hours.push({ ...look(), told: figure.querySelector("output").textContent });
    }
    const keys = () => [...figure.querySelectorAll(".film-key")].map((key) => key.hidden);
    const layers = radios.map((radio) => {
      radio.click();
      return { ...look(), keys: keys() };
    });
    radios[0].click();
    const hint = line.textContent;
    const box = canvas.getBoundingClientRect();
    const said = new Set();
    for (let x = 0; x < box.width; x += 8) {
      for (let y = 0; y < box.height; y += 8) {
        const place = { clientX: box.left + x, clientY: box.top + y };
        canvas.dispatchEvent(new PointerEvent("pointermove", place));
        said.add(line.textContent);
      }
    }
    slider.focus();
    const focused = document.activeElement === slider;
    return {
      drawn: figure.dataset.drawn, hours, layers, hint, said: [...said], focused, width: box.width,
      controls: !figure.querySelector(".film-controls").hidden, missing: figure.querySelector(".film-missing").hidden,
    };
  });
  const told = document.createElement("pre");
  told.id = "told";
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    !element.closest(".scroll, pre, .map, svg, .skip") && element.getBoundingClientRect().right > innerWidth + 1);
  told.textContent = JSON.stringify({
    films, noise, wide: wide.map((element) => element.outerHTML.slice(0, 200)),
    scroll: document.documentElement.scrollWidth,
    requests: performance.getEntriesByType("resource").map((entry) => entry.name),
  });
  frameElement.after(told);
}, 1500));
</script>"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> str:
    """The report of three hours of traffic in a small city."""
    return page_of(small_traffic_run(tmp_path_factory.mktemp("films"), small_map_folder))


@pytest.fixture(scope="module")
def by_width(page: str, tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """What the page says in windows of a desk and of two phones."""
    frames = [(page, width) for width in WIDTHS]
    return dict(zip(WIDTHS, told_in_frames(frames, MEASURE, tmp_path_factory.mktemp("films"), WAIT_MS), strict=True))


@pytest.fixture(scope="module")
def told(by_width: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return by_width[WIDTHS[0]]


def test_both_maps_paint_in_silence_and_ask_for_nothing(told: dict[str, Any]) -> None:
    assert told["noise"] == []
    assert told["requests"] == []
    assert len(told["films"]) == 2
    for film in told["films"]:
        assert film["drawn"] == "yes"
        assert film["controls"]
        assert film["missing"], "the sentence for those without scripts stays"
        assert min(hour["painted"] for hour in film["hours"]) > 300


def test_the_slider_changes_hour_and_picture(told: dict[str, Any]) -> None:
    for film in told["films"]:
        assert [hour["told"] for hour in film["hours"]] == ["08:00", "09:00", "10:00"]
        assert film["focused"]
    _, lots = told["films"]
    assert len({hour["sum"] for hour in lots["hours"]}) == 3


def test_the_difference_has_a_picture_and_a_key_of_its_own(told: dict[str, Any]) -> None:
    for film in told["films"]:
        assert [layer["keys"] for layer in film["layers"]] == [[False, True], [False, True], [True, False]]
        assert film["layers"][2]["sum"] != film["layers"][0]["sum"]


def test_the_pointer_tells_the_street_and_the_lot_below_it(told: dict[str, Any]) -> None:
    streets, lots = told["films"]
    assert any(
        re.fullmatch(r"Main Street: \d+ % of the speed at free flow, which is \d+ km/h", s) for s in streets["said"]
    )
    assert any(re.fullmatch(r"Lot [\d,]+, [A-Z][a-z ]+: \d+ % of \d+ spaces taken", s) for s in lots["said"])
    for film in told["films"]:
        assert film["hint"] in film["said"]
        assert not [sentence for sentence in film["said"] if "{" in sentence]


@pytest.mark.parametrize("width", WIDTHS[1:])
def test_sections_fit_a_phone(by_width: dict[int, dict[str, Any]], width: int) -> None:
    narrow = by_width[width]
    assert narrow["scroll"] <= width
    assert narrow["wide"] == []
    assert all(film["width"] > 200 for film in narrow["films"])


def test_without_a_script_a_sentence_stands_in_place_of_the_map(page: str, tmp_path: Path) -> None:
    path = tmp_path / "silent.html"
    path.write_text(re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL), encoding="utf-8")
    dom = dom_of(path, WAIT_MS)
    assert re.search(r'<div class="film-missing empty">', dom)
    assert re.search(r'<div class="filters film-controls" hidden', dom)
