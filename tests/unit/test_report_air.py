"""What the report says of the air: parts that add up, maps that hold the fields, signs that tell what came true."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.air_runs import air_parameters, run_air, town
from support.cities import write_small_map
from support.reports import Page, RunOfFrames, page_of, small_run

from twin.core.clock import DAY_S, HOUR_S
from twin.core.errors import ResultsError
from twin.core.language import Language
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.judging import Days
from twin.domains.air.kinds import GROUPS
from twin.domains.air.layers import layers
from twin.domains.air.report import sections
from twin.domains.air.report_costs import balances
from twin.domains.air.report_curves import level_bounds
from twin.domains.air.report_ground import Ground
from twin.domains.air.report_map import air_map, bounds_of, chosen_hours, shade
from twin.domains.air.report_outcomes import FALSE, HIT, LEAD, MISS, QUIET, WORDS, outcomes, said
from twin.domains.air.report_plants import KIND_NAMES, MOST_PLANTS, name_of, plants, ranked
from twin.domains.air.report_sources import contributions
from twin.experiment.store import Results

EN = Language("en")
IDS = ("air-curves", "air-map", "air-sources", "air-plants", "air-costs")
HOSTILE = "<b>Station & 'Co'</b>"


def orange(view: AirWarningView) -> Warn:
    return Warn(3)


def never(view: AirWarningView) -> Warn:
    return Warn(0)


@pytest.fixture(scope="module")
def run() -> RunOfFrames:
    """Three days under nobody's warning, and under orange from the second day on."""
    tables: dict[Any, pd.DataFrame] = {}
    for name, rule in (("one", never), ("two", orange)):
        brain = "traditional" if name == "one" else "city_brain"
        _, twin, frames = run_air(days=3, brain=brain, rules={"air_warning": rule})
        tables |= {(table, name, 0): frame for table, frame in frames.items()}
    return RunOfFrames(tables, twin.clock, city=town().map)


@pytest.fixture(scope="module")
def ground(run: RunOfFrames) -> Ground:
    return Ground.of(run)


def words(html: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(html)))


# -- sums ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["pm25", "pm25_without"])
def test_what_sources_gave_adds_up_to_what_each_station_had(ground: Ground, column: str) -> None:
    for parts, at in zip(contributions(ground, column), ground.at_stations(column), strict=True):
        assert parts.shape == (len(ground.stations), len(GROUPS))
        assert parts.sum(axis=1) == pytest.approx(at.mean(axis=0), rel=1e-5)


def test_the_steps_from_without_to_lived_add_up_and_cost_what_was_lost(ground: Ground) -> None:
    one, two = balances(ground)
    assert one.without == pytest.approx(one.lived)
    assert two.without == pytest.approx(one.without)
    assert sum(two.relief.values()) == pytest.approx(two.without - two.lived)
    assert two.without - two.lived > 0.1
    assert sum(one.yuan.values()) == 0
    lost = float(ground.run.events("air.plant_totals", ground.brains[1], 0)["lost_yuan"].sum())
    assert two.yuan["coal"] + two.yuan["process"] == pytest.approx(lost, rel=1e-6)
    assert lost > 0
    an_hour, sites, worked_h = air_parameters().site_hour_yuan, air_parameters().building_sites, (13.0, 15.0)
    low, high = (2 * an_hour * sites * hours for hours in worked_h)  # under orange they halt for two days
    assert low < two.yuan["dust"] < high


def test_the_fields_of_the_map_are_what_people_were_exposed_to(ground: Ground, run: RunOfFrames) -> None:
    for brain, field in zip(ground.brains, ground.fields, strict=True):
        told = run.events("air.exposure", brain, 0)["pm25"].to_numpy(np.float64)
        assert field.shape == (72, len(told))
        assert field.mean(axis=0) == pytest.approx(told, abs=0.05)
    exposed = ground.hours[0]["exposed"].to_numpy() / ground.hours[0]["residents"].to_numpy()
    assert ground.mean_of_residents()[0] == pytest.approx(exposed, abs=0.06)


def test_enterprises_add_up_to_the_fresh_part_of_their_groups(run: RunOfFrames) -> None:
    totals = run.events("air.plant_totals", "one", 0)
    hours = run.events("air.hours", "one", 0)
    plants_alone = float(totals["emitted_gps"].sum())
    assert 0 < plants_alone < float(hours["emitted_gps"].mean())
    assert totals["emitted_gps"].to_numpy() == pytest.approx(totals["ordinary_gps"].to_numpy())
    curbed = run.events("air.plant_totals", "two", 0)
    assert (curbed["emitted_gps"] <= curbed["ordinary_gps"] * (1 + 1e-6)).mean() > 0.9
    assert float(curbed["cut_h"].max()) > 0


# -- what came of each day -------------------------------------------------------------------------------------------


def test_signs_tell_hits_misses_false_alarms_and_leads_apart() -> None:
    bad = np.array([False, True, False, False, True, False, True])
    level = np.array([1, 0, 0, 2, 2, 0, 0], np.int8)
    at = DAY_S * np.arange(7.0)
    days = Days(at, np.zeros(7), np.zeros(7), bad, level, np.where(level > 0, at - 8 * HOUR_S, np.nan))
    assert outcomes(days).tolist() == [FALSE, MISS, QUIET, LEAD, HIT, QUIET, MISS]
    text = said("Old", days, EN)
    assert "1 of 3 bad days were warned of; days warned of in vain: 1." in text
    assert "32 h before" in text


def test_every_day_is_told_in_words_too(run: RunOfFrames, ground: Ground) -> None:
    text = words(sections(run, EN)[0].html)
    assert text.count("orange, decided 8 h before") == 2
    for word in WORDS[:1]:
        assert word in text
    assert level_bounds(ground) == [35, 75, 115, 150, 250]


def test_hours_under_each_level_add_up_to_the_run(run: RunOfFrames) -> None:
    texts = [text for _, text in Page(str(sections(run, EN)[0].html)).texts]
    at = {name: len(texts) - 1 - texts[::-1].index(name) for name in ("no warning", "orange")}
    last = {name: texts[place + 1 : place + 3] for name, place in at.items()}
    assert last == {"no warning": ["72", "24"], "orange": ["0", "48"]}


# -- maps ------------------------------------------------------------------------------------------------------------


def test_eight_hours_stand_side_by_side_and_every_cell_is_drawn(ground: Ground) -> None:
    assert chosen_hours(slice(24, 48)) == [24, 27, 30, 33, 36, 39, 42, 45]
    assert chosen_hours(slice(5, 8)) == [5, 6, 7]
    html = str(air_map(ground, EN))
    maps = re.findall(r'<svg[^>]*aria-label="Map of PM2\.5 at [^"]*".*?</svg>', html, re.DOTALL)
    assert len(maps) == 16
    squares = {sum(path.count("z") for path in re.findall(r'd="([^"]*z)"', one)) for one in maps}
    assert squares == {len(ground.cells)}


def test_classes_are_round_and_few_whatever_the_fields() -> None:
    for low, high in ((0.0, 3.0), (80.0, 90.0), (10.0, 2500.0), (75.0, 75.0)):
        bounds = bounds_of([np.linspace(low, high, 50)])
        assert 1 <= len(bounds) <= 6
        assert list(bounds) == sorted(bounds)
        assert all(bound == round(bound, 1) for bound in bounds)
        shades = [shade(bounds, rank) for rank in range(len(bounds) + 1)]
        assert shades[0] == 0
        assert shades[-1] == 6
        assert len(set(shades)) == len(shades)


def film_of(html: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Open what a film has packed, as its script does."""
    found = re.search(r'<script type="text/plain" id="air-film-data">([^<]*)</script>', html)
    assert found is not None
    raw = gzip.decompress(base64.b64decode(found[1]))
    line, _, blocks = raw.partition(b"\n")
    head = json.loads(line)
    kinds = {"Uint8Array": np.uint8, "Int16Array": np.int16, "Uint16Array": np.uint16, "Uint32Array": np.uint32}
    arrays = {
        name: np.frombuffer(blocks, kinds[kind], length, offset)
        for name, (kind, offset, length) in head["arrays"].items()
    }
    return head["told"], arrays


def test_the_film_holds_every_cell_and_station_of_every_hour(ground: Ground) -> None:
    told, arrays = film_of(str(air_map(ground, EN)))
    shape = (told["layers"], len(told["hours"]), told["things"])
    assert shape == (2, 72, len(ground.cells) + len(ground.stations))
    steps = arrays["values"].reshape(shape).astype(np.int64)
    values = np.cumsum(steps, axis=1) % 65_536 / told["parts"]
    for place, (field, at) in enumerate(zip(ground.fields, ground.at_stations(), strict=True)):
        assert values[place] == pytest.approx(np.concatenate([field, at], axis=1), abs=0.051)
    assert told["marks"] == len(ground.stations)
    assert told["hours"][0] == "01-10 00:00"


def test_a_run_of_more_than_a_week_shows_the_hours_about_its_worst(run: RunOfFrames) -> None:
    long = Ground(run, ["one"], ["One"])
    many = np.arange(400) * HOUR_S
    rows = pd.DataFrame({"begins_s": many, "pm25": np.where(np.arange(400) // 24 == 12, 300.0, 50.0)})
    object.__setattr__(long, "hours", [rows])
    assert long.worst_day() == slice(288, 312)
    shown = long.shown()
    assert shown.stop - shown.start == 168
    assert shown.start < 288 < 312 < shown.stop


def test_without_a_map_the_numbers_stay(run: RunOfFrames) -> None:
    bare = RunOfFrames(run.tables, run.clock)
    text = words(air_map(Ground.of(bare), EN))
    assert "no map can be drawn" in text
    assert "PM2.5 of each hour" in text


# -- enterprises -----------------------------------------------------------------------------------------------------


def test_enterprises_are_listed_by_what_they_gave(ground: Ground, run: RunOfFrames) -> None:
    stations = np.array([0, 2])
    listed = ranked(ground, stations, "pm25")
    gave = run.events("air.plant_stations", "one", 0)
    mean = gave[gave["station"].isin(stations)].groupby("plant")["pm25"].mean().sort_values(ascending=False)
    assert listed.index.tolist()[:5] == mean.index.tolist()[:5]
    assert listed["pm25_0"].to_numpy() == pytest.approx(mean.to_numpy()[: len(listed)])
    assert len(listed) == min(MOST_PLANTS, len(mean))


def test_drawn_enterprises_are_named_in_the_readers_language_and_a_users_as_he_does() -> None:
    drawn = pd.Series({"name": "cement 12", "kind": "cement"})
    own = pd.Series({"name": "cement works <Ltd>", "kind": "cement"})
    assert name_of(drawn, EN) == "cement works 12"
    assert name_of(drawn, Language("zh")) == "水泥厂 12"
    assert name_of(own, EN) == "cement works <Ltd>"


def test_names_of_users_are_escaped(run: RunOfFrames) -> None:
    tables = dict(run.tables)
    for brain in run.brains:
        tables["air.stations", brain, 0] = run.events("air.stations", brain, 0).assign(name=HOSTILE)
        tables["air.plants", brain, 0] = run.events("air.plants", brain, 0).assign(name=HOSTILE)
    hostile = RunOfFrames(tables, run.clock, city=run.city)
    for section in sections(hostile, EN):
        page = Page(f"<main>{section.html}</main>")
        assert not any(tag == "b" for tag, _ in page.elements), section.id
    assert "&lt;b&gt;Station &amp; " in str(plants(Ground.of(hostile), EN))


# -- the whole -------------------------------------------------------------------------------------------------------


def test_every_picture_is_described_and_has_its_numbers_beside(run: RunOfFrames) -> None:
    for section in sections(run, EN):
        page = Page(f"<main>{section.html}</main>")
        pictures = [one for one in page.all("svg") if one.get("role") == "img"]
        assert all(one.get("aria-label") for one in pictures), section.id
        assert any(True for _ in page.all("table")), section.id


def test_ids_of_the_report_are_used_once(run: RunOfFrames) -> None:
    page = Page("".join(f'<section id="{part.id}">{part.html}</section>' for part in sections(run, EN)))
    ids = [own["id"] for _, own in page.elements if "id" in own]
    assert len(ids) == len(set(ids))


def test_in_chinese_no_english_is_left(run: RunOfFrames) -> None:
    chinese = "".join(words(part.html) + part.title for part in sections(run, Language("zh")))
    for english in ("warn", "without", "station", "hour", "source", "residents", *KIND_NAMES.values(), *WORDS):
        assert english not in chinese, english


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("air")
    more = "domains: [air]\nair: {enterprises: 40, building_sites: 4, forecast_members: 2, spin_up_days: 1}\n"
    return small_run(folder, write_small_map(folder / "small"), replications=1, more=more)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_report_of_three_hours_has_every_section(results: Results, code: Any) -> None:
    page = page_of(results, code)
    Page(page)
    for section in IDS:
        assert f'<section id="{section}"' in page


# -- for geographic information systems ------------------------------------------------------------------------------


def test_layers_hold_what_the_events_tell(run: RunOfFrames, ground: Ground) -> None:
    import shapely

    cells, stations, enterprises = layers(run, "two", [8, 9])
    assert [layer.name for layer in (cells, stations, enterprises)] == ["air_cells", "air_stations", "air_plants"]
    hours = np.arange(72) % 24 == 8
    assert cells.columns["pm25_h08"] == pytest.approx(ground.fields[1][hours].mean(axis=0), rel=1e-5)
    assert stations.columns["pm25_h08"] == pytest.approx(ground.at_stations()[1][hours].mean(axis=0), rel=1e-5)
    assert "pm25_h07" not in cells.columns
    for layer in (cells, stations, enterprises):
        assert set(layer.columns) == set(layer.meaning)
        assert {len(values) for values in layer.columns.values()} == {len(layer.geometry)}
    assert run.city is not None
    at = shapely.get_coordinates(shapely.from_wkb(np.array(cells.geometry, object)))
    back = run.city.roads.to_plane_m(at[:, 0], at[:, 1])
    assert back == pytest.approx(ground.cell_xy_m, abs=1e-3)


def test_wrong_asking_for_layers_is_told(run: RunOfFrames) -> None:
    short = RunOfFrames(
        {**run.tables, ("air.hours", "one", 0): run.events("air.hours", "one", 0)[:3]}, run.clock, city=run.city
    )
    with pytest.raises(ResultsError, match="hour 5 was not lived in this run; it has 0, 1, 2"):
        layers(short, "one", [5])
    with pytest.raises(ResultsError, match="the map folder of this run is not there any more"):
        layers(RunOfFrames(run.tables, run.clock), "one", [])


def test_maps_can_be_made_again_from_a_folder(results: Results, tmp_path: Path) -> None:
    import pyogrio

    from twin.report.export import ExportOptions, export

    path = export(results, ExportOptions("gpkg", tmp_path / "air.gpkg", brains=("city_brain",)), EN)
    names = set(pyogrio.list_layers(path)[:, 0])
    assert names == {"air_cells_city_brain", "air_stations_city_brain", "air_plants_city_brain"}
