"""A user's own enterprises and weather are taken as they are; whatever is wrong is told with its place and a remedy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.air_runs import air_parameters, run_air, town

from twin.core.errors import TwinError
from twin.core.language import Language
from twin.domains.air.kinds import KINDS
from twin.domains.air.supplied import TableError, columns_as_markdown, read_inventory, supply
from twin.scenario.load import load_scenario
from twin.scenario.problems import InvalidScenarioError

SCENARIO = Path(__file__).parents[2] / "scenarios" / "air_stagnation_week.yaml"
LON, LAT = (float(middle) for middle in town().roads.origin)
HEAD = "name,lon,lat,kind,stack_m,pm25_t,so2_t"
GOOD = f"""{HEAD}
first kiln,{LON},{LAT},bricks,30,12,40
the cement works,{LON + 0.01},{LAT},cement,,200,
"""

COSTS_MORE_THAN_IT_SAVES = (
    "brains.1={name: mine, extends: city_brain, decisions: {air_warning: {rule: ensemble_cost_loss, cost_loss: 9}}}"
)
WRONG_VALUES = [
    ("air.enterprises=0", "enterprises"),
    ("air.enterprises=many", "enterprises"),
    ("air.enterprizes=900", "enterprises"),
    ("air.grid_km=0.1", "grid_km"),
    ("air.city_box_km=300", "region_box_km"),
    ("air.carried_cell_km=0.5", "carried_cell_km"),
    ("air.carried_margin_km=-1", "carried_margin_km"),
    ("air.region_joins=1.5", "region_joins"),
    ("air.spin_up_days=-1", "spin_up_days"),
    ("air.forecast_members=1", "forecast_members"),
    ("air.forecast_scale=-1", "forecast_scale"),
    ("air.warning_at_h=24", "warning_at_h"),
    ("air.event_index=20", "event_index"),
    ("air.stations=[]", "stations"),
    ("air.cuts.cement=[0.5, 0.2, 1, 1]", "cuts.cement"),
    ("air.cuts.cement=[0.1, 0.2, 0.3]", "cuts.cement"),
    ("air.cuts.cement=[0.1, 0.2, 0.3, 2]", "cuts.cement"),
    ("air.site_cuts=[1, 0, 0, 0]", "site_cuts"),
    ("air.plant_kinds.power.share=0.5", "plant_kinds"),
    ("air.plant_kinds.power.stack_m=-3", "stack_m"),
    ("air.kind_shares.lorry=0.5", "kind_shares"),
    ("air.wear_g_per_km.car.pm10=0.001", "wear_g_per_km"),
    ("air.heating_from=[13, 1]", "heating_from"),
    ("air.fitted_factors.coal=-1", "coal"),
    ("air.tables.inventori=mine.csv", "inventory"),
    ("brains.1={name: mine, extends: city_brain, connections: {emission_fed: true}}", "emission_feed"),
    ("brains.1={name: mine, extends: city_brain, decisions: {air_warning: by_heart}}", "by_heart"),
    (COSTS_MORE_THAN_IT_SAVES, "cost_loss"),
    (
        "brains.1={name: mine, extends: city_brain, decisions: {traffic_restriction: {rule: odd_even, from_level: 9}}}",
        "from_level",
    ),
    ("events.0.air_stagnates=0", "air_stagnates"),
    ("events.0.until=2018-01-01 00:00", "until"),
    ("events=[{at: '2018-01-12 00:00', air_stagnates: 0.5}]", "until"),
    ("events=[{at: '2018-01-12 00:00', plant_cheats: 0.5}]", "plant_cheats"),
    ("events=[{at: '2018-01-12 00:00', plant_cheats: 3, from_h: 25}]", "from_h"),
    ("events=[{at: '2018-01-12 00:00', meters_fail: 2}]", "meters_fail"),
    ("expect={air.misses: {max: 0}, air.hits_and_misses: {max: 1}}", "air.hits_and_misses"),
    ("expect={air.hours_over_150.station_77: {max: 0}}", "station_77"),
]


@pytest.mark.parametrize(("change", "named"), WRONG_VALUES, ids=[change for change, _ in WRONG_VALUES])
def test_a_wrong_value_in_the_scenario_is_told_with_its_key(change: str, named: str) -> None:
    with pytest.raises(InvalidScenarioError) as caught:
        load_scenario(SCENARIO, (change,))
    assert named in str(caught.value)


WRONG_ROWS = [
    ("a,{lon},{lat},bricks,30,12,40\na,{lon},{lat},bricks,30,12,40", "name"),
    ("a,{lat},{lon},bricks,30,12,40", "swapped"),
    ("a,10,20,bricks,30,12,40", "every road"),
    ("a,{lon},{lat},brewery,30,12,40", "kind"),
    ("a,{lon},{lat},brick,30,12,40", "bricks"),
    ("a,{lon},{lat},bricks,tall,12,40", "stack_m"),
    ("a,{lon},{lat},bricks,0,12,40", "between 1 and 500"),
    ("a,{lon},{lat},bricks,30,,40", "pm25_t"),
    ("a,{lon},{lat},bricks,30,-2,40", "pm25_t"),
    ("a,{lon},{lat},bricks,30,12 t,40", "without a unit"),
    (",{lon},{lat},bricks,30,12,40", "name"),
    ("a,{lon},{lat},bricks,30,0,0", "no enterprise emits anything"),
]


@pytest.mark.parametrize(("rows", "named"), WRONG_ROWS, ids=[named for _, named in WRONG_ROWS])
def test_a_wrong_row_is_told_with_its_line(tmp_path: Path, rows: str, named: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}\n{rows.format(lon=LON, lat=LAT)}\n", "utf-8")
    with pytest.raises(TableError) as caught:
        read_inventory(path, town().map, air_parameters())
    assert named in str(caught.value)
    assert "mine.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "mine.csv"),
        ("name,lon,lat,kind\na,1,2,bricks\n", "pm25_t"),
        (GOOD.replace("stack_m", "stak_m"), "stack_m"),
        (GOOD.replace("lat", "latitude"), "lat"),
    ],
)
def test_a_wrong_table_is_told_with_its_columns(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(TwinError) as caught:
        read_inventory(path, town().map, air_parameters())
    assert named in str(caught.value)


@pytest.mark.parametrize("tables", [{"inventory": "nowhere.csv"}, {"weather": "nowhere.epw"}])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, tables: dict[str, str]) -> None:
    with pytest.raises(TwinError) as caught:
        supply(air_parameters(tables=tables), tmp_path, town().map, datetime(2018, 1, 1))
    assert "nowhere" in str(caught.value)


def test_weather_that_is_no_epw_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.epw").write_text("temperature,wind\n1,2\n", "utf-8")
    with pytest.raises(TwinError, match="LOCATION"):
        supply(air_parameters(tables={"weather": "mine.epw"}), tmp_path, town().map, datetime(2018, 1, 1))


def test_the_message_can_be_said_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}\na,{LON},{LAT},bricks,30,0,0\n", "utf-8")
    with pytest.raises(TableError) as caught:
        read_inventory(path, town().map, air_parameters())
    assert "没有一家企业有排放" in caught.value.text(Language("zh"))


def test_what_a_row_says_is_taken_and_what_it_leaves_out_is_of_its_kind(tmp_path: Path) -> None:
    path, given = tmp_path / "mine.csv", air_parameters()
    path.write_text(GOOD, "utf-8")
    sources = read_inventory(path, town().map, given)
    assert [str(name) for name in sources.name] == ["the cement works", "first kiln"], "in the order of kinds"
    assert [KINDS[code] for code in sources.kind] == ["cement", "bricks"]
    assert sources.stack_m.tolist() == [given.plant_kinds.cement.stack_m, 30]
    assert (sources.gps * 365.25 * 86_400 / 1e6)[:, 0] == pytest.approx([200, 12])
    assert sources.x_m[1] == pytest.approx(0, abs=1)
    pd.read_csv(path).to_parquet(tmp_path / "mine.parquet")
    other = read_inventory(tmp_path / "mine.parquet", town().map, given)
    assert np.array_equal(other.gps, sources.gps)


def test_the_reference_names_every_column() -> None:
    assert "| `pm25_t` | number, 0 to 1e+06 | t a year | yes |" in columns_as_markdown()


def test_a_run_without_enterprises_or_building_sites_but_one_is_a_run() -> None:
    _, twin, frames = run_air(air_parameters(enterprises=1, building_sites=0, inspections_a_day=0), days=1)
    assert len(twin.plants) == 1
    assert len(frames["air.hours"]) == 24
