"""The air's film and table as a browser shows them from a file: squares follow the hour, the pointer reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.browser import IN_BROWSER, told_by, told_in_frames, with_script
from support.cities import write_small_map
from support.reports import page_of, small_run

from twin.core.language import Language
from twin.experiment.store import Results
from twin.report.playback.page import playback_html

pytestmark = IN_BROWSER
WAIT_MS = 6000
WIDTHS = (1200, 390, 320)
MORE = "domains: [air]\nair: {enterprises: 40, building_sites: 4, forecast_members: 2, spin_up_days: 1}\n"
MEASURE = """<script>
addEventListener("load", () => setTimeout(() => {
  const figure = document.querySelector("figure.film");
  const canvas = figure.querySelector("canvas");
  const slider = figure.querySelector("input[type=range]");
  const radios = [...figure.querySelectorAll("input[type=radio]")];
  const line = figure.querySelector(".film-told");
  const look = () => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let [painted, sum] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if (!data[at + 3]) continue;
      painted++;
      sum = (sum * 31 + data[at] * 7 + data[at + 1] * 3 + data[at + 2] + at) % 1000003;
    }
    return { painted, sum };
  };
  const hours = [];
  for (let hour = 0; hour <= Number(slider.max); hour++) {
    slider.value = hour;
    slider.dispatchEvent(new Event("input"));
    hours.push(look());
  }
  const box = canvas.getBoundingClientRect();
  const read = () => {
    const said = new Set();
    for (let x = 0; x < box.width; x += 8) {
      for (let y = 0; y < box.height; y += 8) {
        canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + x, clientY: box.top + y }));
        said.add(line.textContent);
      }
    }
    return [...said];
  };
  const said = read();
  radios.at(-1).click();
  const gap = read();
  const rows = () => [...document.querySelectorAll("#air-plant-table tbody tr")].filter((row) => !row.hidden);
  const stacks = () => rows().map((row) => Number(row.dataset.stack));
  const box2 = document.querySelector("[data-rows=air-plant-table]");
  const gave = rows().map((row) => Number(row.dataset.gave));
  box2.querySelector("select.by").value = "stack";
  box2.dispatchEvent(new Event("change"));
  const told = document.createElement("pre");
  told.id = "told";
  const wide = [...document.body.querySelectorAll("*")].filter((element) =>
    !element.closest(".scroll, pre, .map, svg, .skip") && element.getBoundingClientRect().right > innerWidth + 1);
  told.textContent = JSON.stringify({
    hours, said, gap, gave, stacks: stacks(), noise, wide: wide.map((element) => element.outerHTML.slice(0, 200)),
    scroll: document.documentElement.scrollWidth, hidden: box2.hidden, drawn: figure.dataset.drawn,
  });
  frameElement.after(told);
}, 1500));
</script>"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("air")
    return small_run(folder, write_small_map(folder / "small"), replications=1, more=MORE)


@pytest.fixture(scope="module")
def by_width(results: Results, tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    """What the page says in windows of a desk and of two phones."""
    page = page_of(results)
    frames = [(page, width) for width in WIDTHS]
    return dict(zip(WIDTHS, told_in_frames(frames, MEASURE, tmp_path_factory.mktemp("wide"), WAIT_MS), strict=True))


@pytest.fixture(scope="module")
def told(by_width: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return by_width[WIDTHS[0]]


def test_the_film_paints_squares_in_silence(told: dict[str, Any]) -> None:
    assert told["noise"] == []
    assert told["drawn"] == "yes"
    assert len(told["hours"]) == 3
    assert min(hour["painted"] for hour in told["hours"]) > 1000
    assert len({hour["sum"] for hour in told["hours"]}) > 1


def test_the_pointer_reads_squares_and_stations_and_their_differences(told: dict[str, Any]) -> None:
    said = told["said"]
    assert any(re.fullmatch(r"[\d.\u202f]+ thousand residents: [\d.]+ µg/m³", sentence) for sentence in said)
    assert any(re.fullmatch(r"station \S+: [\d.]+ µg/m³", sentence) for sentence in said)
    assert any(re.fullmatch(r"station \S+: [\d.]+ µg/m³ before, [\d.]+ after, [+−]?[\d.]+", one) for one in told["gap"])
    assert not [sentence for sentence in (*said, *told["gap"]) if "{" in sentence]
    assert not [sentence for sentence in (*said, *told["gap"]) if re.search(r"\.\d{3}", sentence)]


def test_the_table_of_enterprises_begins_with_the_largest_and_can_be_sorted(told: dict[str, Any]) -> None:
    assert not told["hidden"]
    assert len(told["gave"]) == len(told["stacks"]) > 10
    assert told["gave"] == sorted(told["gave"], reverse=True)
    assert told["stacks"] == sorted(told["stacks"], reverse=True)


@pytest.mark.parametrize("width", WIDTHS[1:])
def test_sections_fit_a_phone(by_width: dict[int, dict[str, Any]], width: int) -> None:
    narrow = by_width[width]
    assert narrow["scroll"] <= width
    assert narrow["wide"] == []


PLAY = """<script>
addEventListener("load", async () => {
  const player = await twinPlayback;
  const { air } = player.brain;
  const told = document.createElement("pre");
  told.id = "told";
  const out = { hours: air.hours, cells: air.cells, plants: air.plants };
  const read = (kind, id) => {
    const { x, y } = air.placeOf(kind, id);
    player.camera.x = x;
    player.camera.y = y;
    player.camera.scale = 0.5;
    player.cameraMoved();
    const found = player.find(player.camera.width / 2, player.camera.height / 2);
    player.choose(found);
    return { found, story: player.panel.textContent };
  };
  const look = () => {
    player.mapDue = 0;
    player.drawFrame(performance.now());
    const { canvas, context } = player.map;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, byte, at) => (sum * 31 + byte + at) % 1000003, 7);
  };
  out.plant = read("plant", 0);
  out.station = read("airStation", 0);
  player.camera.scale = 0.01;  // the whole city: a cell alone may be of one level at both hours
  player.cameraMoved();
  player.seek(0);
  const first = look();
  player.setLayer("air", false);
  const bare = look();
  player.setLayer("air", true);
  player.seek(7200);
  out.looks = [first, bare, look()];
  told.textContent = JSON.stringify({ ...out, noise });
  document.body.append(told);
});
</script>"""


def test_the_playback_draws_the_air_and_tells_of_enterprises_and_stations(results: Results, tmp_path: Path) -> None:
    path = tmp_path / "playback.html"
    path.write_text(with_script(playback_html(results, Language("en")), PLAY), encoding="utf-8")
    told = told_by(path, WAIT_MS)
    assert told["noise"] == []
    assert told["hours"] == 3
    assert told["plants"] == 40
    assert told["plant"]["found"]["kind"] == "plant"
    assert re.search(r"boilers 0Kindboilers.*Stack\d+ m.*Gives most at station", told["plant"]["story"])
    assert told["station"]["found"] == {"kind": "airStation", "id": 0}
    assert re.search(r"Station \S+: \d+ µg/m³Level of the index", told["station"]["story"])
    assert len(set(told["looks"])) == 3
