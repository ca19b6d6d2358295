"""The playback of a run of nothing but air: what was recorded, packed without loss, escaped, in both languages."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from support.cities import write_small_map
from support.playback import columns_of
from support.reports import HOSTILE_TITLE, Page, small_run

from twin.core.language import CODES, Language
from twin.domains.air.kinds import PLANT_KINDS
from twin.experiment.store import Results
from twin.report.playback import frame
from twin.report.playback.air_block import air_curve
from twin.report.playback.page import can_play, playback_html
from twin.report.view import RunView

EN = Language("en")
MORE = "domains: [air]\nair: {enterprises: 40, building_sites: 4, forecast_members: 2, spin_up_days: 1}\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("air")
    return small_run(folder, write_small_map(folder / "small"), replications=1, more=MORE)


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return playback_html(results, EN)


def facts_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="facts" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_a_run_without_vehicles_is_played_back_by_its_air(results: Results, page: str) -> None:
    assert can_play(results, RunView(results, EN).city)
    facts = facts_of(page)
    assert facts["ends"] == 10_800
    assert [brain["name"] for brain in facts["brains"]] == ["traditional", "city_brain"]
    assert "ambulance" not in facts["texts"]["hint"]
    assert len(page) < 300_000


def test_cells_stations_and_enterprises_are_those_of_the_events(results: Results, page: str) -> None:
    read = columns_of(page, "brain-1")
    fields = results.event_table("air.fields", "city_brain", 0).pivot_table("pm25", "cell", "begins_s").to_numpy()
    assert fields.shape[1] == 3
    assert read["airValue"].reshape(fields.shape).tolist() == np.rint(fields).astype(int).tolist()
    seen = results.event_table("air.station_hours", "city_brain", 0).pivot_table("pm25", "station", "begins_s")
    assert read["airStationValue"].reshape(seen.shape).tolist() == np.rint(seen.to_numpy()).astype(int).tolist()
    plants = results.event_table("air.plants", "city_brain", 0)
    assert read["plantNames"].split("\n") == plants["name"].tolist()
    assert read["plantX"] / 10 == pytest.approx(plants["x_m"].to_numpy(), abs=0.051)
    assert [PLANT_KINDS[code] for code in read["plantKind"]] == plants["kind"].tolist()
    totals = results.event_table("air.plant_totals", "city_brain", 0)
    assert read["plantEmitted"] / 1000 == pytest.approx(totals["emitted_gps"].to_numpy(), abs=0.00051)


def test_the_curve_below_the_map_is_what_residents_breathe(results: Results) -> None:
    events = {f"air.{name}": results.event_table(f"air.{name}", "traditional", 0) for name in ("fields", "exposure")}
    hours = results.event_table("air.hours", "traditional", 0)
    mean = (hours["exposed"] / hours["residents"]).to_numpy()
    curve = air_curve(events, 10_800.0)
    assert len(curve) == 12
    assert curve[::4] == pytest.approx(mean, abs=0.11)


@pytest.mark.parametrize("code", CODES)
def test_the_page_is_whole_and_escaped_in_both_languages(results: Results, code: Any) -> None:
    page = playback_html(results, Language(code))
    Page(page)
    assert HOSTILE_TITLE not in page
    facts = facts_of(page)
    assert len(facts["plantKinds"]) == len(PLANT_KINDS)
    assert facts["airLevels"][0] == ("excellent" if code == "en" else "优")
    assert facts["airBounds"] == [35, 75, 115, 150, 250]


def test_the_air_is_off_at_first_where_it_would_hide_the_streets_below_vehicles() -> None:
    def shown(*layers: str) -> dict[str, bool]:
        boxes = Page(str(frame.body(EN, "title", "2018-01-10", ["one"], layers, []))).all("input")
        return {str(box["name"]): "checked" in box for box in boxes if box.get("name")}

    assert shown("air") == {"air": True, "places": True}
    assert shown("cars", "speeds", "air") == {"cars": True, "speeds": False, "air": False, "places": True}
