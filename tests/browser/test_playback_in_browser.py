"""The playback as a browser shows it from a file: it paints, seeks, tells stories, and asks nobody for anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.browser import IN_BROWSER, told_by, with_script
from support.playback import cut_run, helpers_at, places_at, traffic_run
from support.reports import small_run

from twin.core.language import CODES, Code, Language
from twin.experiment.store import Results
from twin.report.playback.page import playback_html

pytestmark = IN_BROWSER
WAIT_MS = 20000
MEASURE = """<script>
(async () => {
  const told = { noise };
  try {
    const player = await twinPlayback;
    const pixels = (id) => {
      const canvas = document.getElementById(id);
      return new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    };
    const painted = (id) => pixels(id).reduce((count, pixel) => count + (pixel >>> 24 > 0), 0);
    const differ = (one, other) => one.reduce((count, pixel, i) => count + (pixel !== other[i]), 0);
    const text = (selector) => document.querySelector(selector)?.textContent ?? "";
    const seek = (time) => {
      const slider = document.getElementById("time");
      slider.value = String(time);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      player.drawFrame();
    };
    const click = (x, y) => {
      const { left, top } = player.box.getBoundingClientRect();
      const at = { clientX: left + x, clientY: top + y, pointerId: 7, bubbles: true };
      player.box.dispatchEvent(new PointerEvent("pointerdown", at));
      player.box.dispatchEvent(new PointerEvent("pointerup", at));
      player.drawFrame();
    };
    const onScreen = ({ x, y }) => [player.camera.toScreenX(x), player.camera.toScreenY(y)];
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const now = () => player.brain.cars.now;
    seek(3600);
    told.painted = Object.fromEntries(["streets", "lots", "movers"].map((id) => [id, painted(id)]));
    told.colours = new Set(pixels("streets")).size;
    told.clock = [text("#clock")];
    const before = pixels("movers");
    told.places = {};
    for (const time of [3600, 5000.5, 9000]) {
      seek(0);
      player.seek(time);
      player.drawFrame();
      const { tripVehicle, columns } = player.brain.cars;
      told.places[time] = Array.from({ length: now().count }, (_, i) =>
        [columns.vehicleNumber[tripVehicle[now().trip[i]]], now().x[i], now().y[i]]);
    }
    seek(5400);
    told.moved = differ(before, pixels("movers"));
    told.clock.push(text("#clock"));
    const driving = Array.from({ length: now().count }, (_, i) => i).find((i) => {
      const found = player.find(...onScreen({ x: now().x[i], y: now().y[i] }));
      return found?.kind === "car" && found.id === player.brain.cars.tripVehicle[now().trip[i]];
    });
    const vehicle = player.brain.cars.tripVehicle[now().trip[driving]];
    click(...onScreen({ x: now().x[driving], y: now().y[driving] }));
    told.car = { heading: text("#story h2"), number: player.brain.cars.columns.vehicleNumber[vehicle],
      trips: document.querySelectorAll("#story .trips li").length, now: document.querySelectorAll("#story .now").length,
      all: player.brain.cars.columns.vehicleTrips[vehicle], way: player.way.length };
    document.querySelector("#story .trips button").click();
    told.car.sought = player.timeS;
    told.car.departed = player.brain.cars.columns.tripDeparted[player.brain.cars.vehicleFirst[vehicle]];
    seek(5400);
    const busy = player.brain.ambulances.now.findIndex(({ state }) => state !== "at_station");
    click(...onScreen(player.brain.ambulances.now[busy]));
    told.ambulance = { heading: text("#story h2"), stamps: document.querySelectorAll("#story .stamps li").length,
      kind: player.chosen.kind };
    player.camera.zoom(6);
    player.cameraMoved();
    player.mapDue = player.lotsDue = 0;
    player.drawFrame();
    document.querySelector("#layers input[name=cars]").click();
    document.querySelector("#layers input[name=ambulances]").click();
    player.drawFrame();
    const lot = player.lots.shown.find((one) => {
      const [x, y] = onScreen({ x: player.city.lots.x[one], y: player.city.lots.y[one] });
      return x > 300 && x < 800 && y > 150 && y < 500 && player.lots.find(x, y) === one;
    });
    click(...onScreen({ x: player.city.lots.x[lot], y: player.city.lots.y[lot] }));
    told.lot = { curves: document.querySelectorAll("#story svg.curve polyline").length, kind: player.chosen?.kind };
    press("Escape");
    told.closed = document.querySelectorAll("#story h2").length;
    const at = player.timeS;
    press("ArrowRight");
    told.later = player.timeS - at;
    press(" ");
    told.plays = [player.playing, document.getElementById("play").getAttribute("aria-label")];
    player.drawFrame();
    told.plays.push(document.getElementById("play").getAttribute("aria-label"));
    press(" ");
    press("n");
    told.next = player.chosen?.kind;
    const others = told.places[9000].length;
    press("b");
    player.seek(9000);
    player.drawFrame();
    told.brain = [player.brain.name, document.getElementById("brain").selectedOptions[0].textContent, others];
    document.querySelector("#layers input[name=speeds]").click();
    const plain = pixels("streets");
    player.drawFrame();
    told.speeds = differ(plain, pixels("streets"));
    told.unlabelled = [...document.querySelectorAll("button, input, select, [role]")].filter((one) =>
      !(one.getAttribute("aria-label") || one.closest("label") || one.textContent.trim())).map((one) => one.outerHTML);
    told.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
    told.lang = document.documentElement.lang;
    told.scroll = [document.documentElement.scrollWidth, innerWidth];
  } catch (error) {
    noise.push(`${error.message} ${error.stack}`);
  }
  const box = document.createElement("pre");
  box.id = "told";
  box.textContent = JSON.stringify(told);
  document.body.append(box);
})();
</script>"""


LOOK = """<script>
twinPlayback.then((player) => {
  player.seek(5400);
  player.drawFrame();
  const canvas = document.getElementById("movers");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const layers = [...document.querySelectorAll("#layers input")].map((box) => box.name);
  player.chooseNext();
  const box = document.createElement("pre");
  box.id = "told";
  box.textContent = JSON.stringify({ noise, layers, painted: pixels.filter((byte) => byte > 0).length,
    story: document.querySelector("#story h2").textContent });
  document.body.append(box);
});
</script>"""


def opened(page: str, folder: Path, script: str = MEASURE) -> dict[str, Any]:
    """Open a page from a file, let it be used by a script, and return what that says."""
    path = folder / "playback.html"
    path.write_text(with_script(page, script), "utf-8")
    told = told_by(path, WAIT_MS)
    assert told["noise"] == []
    return told


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    return traffic_run(tmp_path_factory.mktemp("played"), small_map_folder)


@pytest.fixture(scope="module", params=CODES)
def told(
    request: pytest.FixtureRequest, results: Results, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Code, dict[str, Any]]:
    """What a page says in each language after everything in it was used."""
    page = playback_html(results, Language(request.param))
    return request.param, opened(page, tmp_path_factory.mktemp("opened"))


def test_it_paints_streets_lots_and_movers(told: tuple[Code, dict[str, Any]]) -> None:
    _, page = told
    assert min(page["painted"].values()) > 200, page["painted"]
    assert page["colours"] > 5


def test_it_shows_another_picture_at_another_time(told: tuple[Code, dict[str, Any]]) -> None:
    _, page = told
    assert page["moved"] > 100
    assert page["clock"] == ["09:00", "09:30"]


def test_vehicles_stand_where_they_were_recorded_to_half_a_metre(
    told: tuple[Code, dict[str, Any]], results: Results
) -> None:
    _, page = told
    for time, shown in page["places"].items():
        recorded = places_at(results, "traditional", float(time))
        assert {vehicle for vehicle, _, _ in shown} == set(recorded)
        away_m = [np.hypot(*(recorded[vehicle] - (x, y))) for vehicle, x, y in shown]
        assert len(away_m) > 10
        assert max(away_m) < 0.5


def test_a_click_on_a_car_opens_its_day(told: tuple[Code, dict[str, Any]]) -> None:
    code, page = told
    car = page["car"]
    assert car["heading"] == f"{'Vehicle' if code == 'en' else '车辆'} {car['number']}"
    assert car["trips"] == car["all"] > 0
    assert car["now"] == 1
    assert car["way"] > 1
    assert car["sought"] == max(0, car["departed"])


def test_a_click_on_an_ambulance_opens_its_call(told: tuple[Code, dict[str, Any]]) -> None:
    code, page = told
    assert page["ambulance"]["kind"] == "ambulance"
    assert page["ambulance"]["heading"].startswith("Ambulance" if code == "en" else "救护车")
    assert page["ambulance"]["stamps"] >= 5


def test_a_click_on_a_lot_opens_its_day_under_both_brains(told: tuple[Code, dict[str, Any]]) -> None:
    _, page = told
    assert page["lot"] == {"curves": 2, "kind": "lot"}


def test_it_can_be_used_without_a_mouse(told: tuple[Code, dict[str, Any]]) -> None:
    code, page = told
    assert page["closed"] == 0
    assert page["later"] == 300
    assert page["plays"] == [True, *(("Play", "Pause") if code == "en" else ("播放", "暂停"))]
    assert page["next"] in ("ambulance", "car")
    assert page["unlabelled"] == []


def test_the_other_brain_can_be_looked_at_in_the_same_moment(told: tuple[Code, dict[str, Any]]) -> None:
    _, page = told
    assert page["brain"][:2] == ["city", "city"]
    assert page["speeds"] > 100


def test_it_is_silent_asks_for_nothing_and_fits_its_window(told: tuple[Code, dict[str, Any]]) -> None:
    code, page = told
    assert page["requests"] == []
    assert page["lang"] == {"en": "en", "zh": "zh-CN"}[code]
    assert page["scroll"][0] <= page["scroll"][1]


def test_a_day_of_ambulances_alone_can_be_watched(tmp_path: Path, small_map_folder: Path) -> None:
    page = opened(playback_html(small_run(tmp_path, small_map_folder, replications=1), Language("en")), tmp_path, LOOK)
    assert page["layers"] == ["ambulances", "places"]
    assert page["painted"] > 500
    assert page["story"].startswith("Ambulance")


RESCUE = """<script>
(async () => {
  const told = { noise };
  try {
    const player = await twinPlayback;
    const { elevators } = player.brain;
    const onScreen = ({ x, y }) => [player.camera.toScreenX(x), player.camera.toScreenY(y)];
    const text = (selector) => document.querySelector(selector)?.textContent ?? "";
    const show = (time) => { player.seek(time); player.drawFrame(); };
    const click = ([x, y]) => {
      const { left, top } = player.box.getBoundingClientRect();
      const at = { clientX: left + x, clientY: top + y, pointerId: 7, bubbles: true };
      player.box.dispatchEvent(new PointerEvent("pointerdown", at));
      player.box.dispatchEvent(new PointerEvent("pointerup", at));
      player.drawFrame();
    };
    told.seen = [1700, 2000, 4000, 10700].map((time) => {
      show(time);
      return { time, trapped: Array.from(elevators.trapped, (row) => elevators.columns.caseElevator[row]),
        coming: elevators.coming.map(({ row, x, y }) => [elevators.columns.helperLevel[row],
          elevators.columns.helperNumber[row], x, y]) };
    });
    show(2400);
    const pixels = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
      .reduce((count, byte) => count + (byte > 0), 0);
    const canvas = document.getElementById("movers");
    told.painted = pixels(canvas);
    const driving = elevators.coming.find((one) => one.drives && player.find(...onScreen(one))?.id === one.row);
    click(onScreen(driving));
    told.helper = { kind: player.chosen.kind, heading: text("#story h2"), way: player.way.length,
      stamps: document.querySelectorAll("#story .stamps li").length };
    const row = elevators.trapped.find((one) => {
      const found = player.find(...onScreen(elevators.placeOf(one)));
      return found?.kind === "elevator" && found.id === one;
    });
    click(onScreen(elevators.placeOf(row)));
    told.trapped = { kind: player.chosen.kind, heading: text("#story h2"), elevator: player.chosen.elevator,
      people: elevators.columns.casePeople[row], story: text("#story dl"),
      stamps: document.querySelectorAll("#story .stamps li").length };
    const stamps = [...document.querySelectorAll("#story .stamps button")];
    stamps[stamps.length - 2].click();
    told.trapped.sought = [player.timeS, elevators.stamp(row, "freed_s")];
    player.drawFrame();
    told.trapped.gone = !elevators.trapped.includes(row);
    player.choose(player.caseOf(player.chosen.elevator));
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "b", bubbles: true }));
    told.other = [player.brain.name, player.chosen?.elevator === told.trapped.elevator];
    player.choose(null);
    show(2400);
    document.querySelector("#layers input[name=elevators]").click();
    player.drawFrame();
    told.hidden = pixels(canvas);
    document.querySelector("#layers input[name=elevators]").click();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true }));
    told.next = player.chosen?.kind;
  } catch (error) {
    noise.push(`${error.message} ${error.stack}`);
  }
  const box = document.createElement("pre");
  box.id = "told";
  box.textContent = JSON.stringify(told);
  document.body.append(box);
})();
</script>"""


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    return cut_run(tmp_path_factory.mktemp("cut"), small_map_folder)


@pytest.mark.parametrize("code", CODES)
def test_a_mass_failure_can_be_watched_and_each_of_its_stories_read(cut: Results, tmp_path: Path, code: Code) -> None:
    told = opened(playback_html(cut, Language(code)), tmp_path, RESCUE)
    rescues = cut.event_table("elevators.rescues", "traditional", 0)
    for seen in told["seen"]:
        time = seen["time"]
        inside = rescues[(rescues["people"] > 0) & (rescues["at_s"] <= time) & ~(rescues["freed_s"] <= time)]
        assert sorted(seen["trapped"]) == sorted(inside["elevator"]), time
        shown = {(level, number): (x, y) for level, number, x, y in seen["coming"]}
        under_way = helpers_at(cut, "traditional", time)
        assert set(shown) == set(under_way), time
        away_m = [np.hypot(*(np.array(shown[who]) - place)) for who, place in under_way.items()]
        assert max(away_m, default=0.0) < 0.5
    assert max(len(seen["trapped"]) for seen in told["seen"]) > 50
    assert told["painted"] > 2000 > 10 * told["hidden"]
    assert told["helper"]["kind"] == "helper"
    assert told["helper"]["heading"].startswith("Worker" if code == "en" else "维保人员")
    assert told["helper"]["way"] > 1
    assert told["helper"]["stamps"] >= 5
    trapped = told["trapped"]
    assert trapped["heading"] == f"{'Elevator' if code == 'en' else '电梯'} {trapped['elevator']}"
    assert str(trapped["people"]) in trapped["story"]
    assert trapped["stamps"] >= 5
    assert trapped["sought"][0] == pytest.approx(trapped["sought"][1])
    assert trapped["gone"]
    assert told["other"] == ["city_brain", True]
    assert told["next"] == "elevator"
