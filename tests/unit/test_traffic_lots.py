"""Promises: as many spaces as asked for, none twice; a user's lots are taken as they are, or what is wrong is told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cities import LAT, LON
from support.tables import check_told
from support.traffic import small_demand, small_parameters, small_town, streams

from twin.core.errors import MapError
from twin.core.language import Language
from twin.core.model import hash_frame
from twin.core.sampling import apportion, spread_evenly
from twin.domains.traffic.lots import connected, draw_lots
from twin.domains.traffic.parameters import LOT_KINDS, STRUCTURES, TrafficParameters
from twin.domains.traffic.supplied import supply
from twin.domains.traffic.supplied_lots import COLUMNS, columns_as_markdown, lots_of

DATA = Path(__file__).parents[1] / "data" / "lots"


def draw(column: str) -> np.random.Generator:
    return streams()("lots", column)


def drawn(parameters: TrafficParameters | None = None) -> pd.DataFrame:
    return draw_lots(draw, small_town(), small_demand().where.land, parameters or small_parameters())


def read(path: Path) -> pd.DataFrame:
    parameters = small_parameters(lots=path.name)
    supplied = supply(parameters, path.parent, small_town().map, datetime(2021, 3, 15)).tables.lots
    return lots_of(supplied, draw, small_town(), small_demand().where.land, parameters)


# -- drawn lots --------------------------------------------------------------------------------------------------------


def test_there_are_exactly_as_many_spaces_as_asked_for() -> None:
    lots = drawn()
    kerb = lots["kind"] == LOT_KINDS.index("roadside")
    assert lots.loc[kerb, "spaces"].sum() == 300
    assert lots.loc[~kerb, "spaces"].sum() == 9_000
    shares = small_parameters().lot_kind_shares.model_dump()
    for code, kind in enumerate(LOT_KINDS[1:], start=1):
        assert lots.loc[lots["kind"] == code, "spaces"].sum() == pytest.approx(9_000 * shares[kind], abs=1)


@pytest.mark.parametrize("spaces", [0, 19, 20, 450, 30_000])
def test_no_lot_is_without_a_space_and_none_smaller_than_the_smallest(spaces: int) -> None:
    lots = drawn(small_parameters(off_street_spaces=spaces, roadside_spaces=min(spaces, 300)))
    assert (lots["spaces"] >= 1).all()
    off_street = lots[lots["kind"] != LOT_KINDS.index("roadside")]
    assert (off_street["spaces"] >= small_parameters().lot_least_spaces).all()


def test_a_lot_lies_on_a_street_that_begins_at_its_node() -> None:
    lots, roads = drawn(), small_town().roads
    assert (roads.edge_from[lots["edge"]] == lots["node"]).all()


def test_spaces_at_the_kerb_fit_on_half_of_their_street_each_street_once() -> None:
    lots, roads, parameters = drawn(), small_town().roads, small_parameters()
    kerb = lots[lots["kind"] == LOT_KINDS.index("roadside")]
    assert (kerb["spaces"] * parameters.kerb_space_m <= roads.edge_length_m[kerb["edge"]] / 2).all()
    assert kerb["edge"].is_unique
    assert (kerb["structure"] == STRUCTURES.index("roadside")).all()
    assert (kerb["night_fen"] == 0).all()


def test_the_same_seed_gives_the_same_lots_to_the_last_bit() -> None:
    assert hash_frame(drawn()) == hash_frame(drawn())
    other = draw_lots(
        lambda column: streams(2)("lots", column), small_town(), small_demand().where.land, small_parameters()
    )
    assert hash_frame(other) != hash_frame(drawn())


def test_a_larger_share_connects_more_lots_and_leaves_none_out() -> None:
    lots = drawn()
    few, many, all_ = (connected(lots, share) for share in (0.2, 0.8, 1.0))
    assert few.sum() < many.sum() < all_.sum()
    assert (few <= many).all()
    kerb = (lots["kind"] == LOT_KINDS.index("roadside")).to_numpy()
    assert connected(lots, 0.0)[kerb].all()
    assert not connected(lots, 0.0)[~kerb].any()
    assert set(lots["kind"][all_]) == {LOT_KINDS.index(kind) for kind in small_parameters().connectable_kinds}


def test_kerbs_that_cannot_hold_the_spaces_are_told_with_a_remedy() -> None:
    with pytest.raises(MapError, match="fewer than the 9,999,999 wanted") as caught:
        drawn(small_parameters(roadside_spaces=9_999_999))
    assert "traffic.roadside_spaces" in str(caught.value)
    assert caught.value.text(Language("zh")) != str(caught.value)


def test_shares_of_a_whole_number_add_up_to_it() -> None:
    assert apportion(np.array([1.0, 1.0, 1.0]), 10).tolist() == [4, 3, 3]
    assert apportion(np.array([0.5, 0.3, 0.2]), 7).tolist() == [4, 2, 1], "3.5, 2.1, 1.4: the largest remainder first"
    assert apportion(np.array([1.0]), 0).tolist() == [0]
    generator = np.random.default_rng(3)
    for total in (1, 17, 10_001):
        weight = generator.gamma(0.5, 1.0, 50)
        shares = apportion(weight, total)
        assert shares.sum() == total
        assert np.abs(shares - weight / weight.sum() * total).max() < 1


def test_what_a_region_gets_differs_from_its_share_by_less_than_one() -> None:
    generator = np.random.default_rng(5)
    weight = generator.gamma(0.3, 1.0, 200)
    for number in range(20):
        chosen = spread_evenly(np.random.default_rng(number), weight, 73)
        share = 73 * weight[:80].sum() / weight.sum()
        assert abs((chosen < 80).sum() - share) < 1
        assert (weight[chosen] > 0).all()


# -- a user's lots -----------------------------------------------------------------------------------------------------


def test_supplied_lots_are_taken_as_they_are_and_filled_like_drawn_ones() -> None:
    lots = read(DATA / "right.csv")
    assert set(lots.columns) == set(drawn().columns)
    assert lots["name"].tolist() == ["Mall", "Kerb", "Flats"]
    assert lots["spaces"].tolist() == [420, 12, 250]
    mall, kerb, flats = (lots.iloc[row] for row in range(3))
    assert (mall["first_fen"], mall["second_fen"], mall["night_fen"]) == (650, 100, 1000), "the rest is zone 1's tariff"
    assert (mall["opens_h"], mall["closes_h"]) == (9.0, 22.5)
    assert (mall["barrier_recognised_s"], mall["barrier_ticket_s"]) == (3.5, 3.5)
    assert mall["recognition"]
    assert mall["connectable"]
    assert mall["app_draw"] == np.float32(0.25)
    assert STRUCTURES[kerb["structure"]] == "roadside"
    assert STRUCTURES[flats["structure"]] == "surface"
    assert (flats["zone"], flats["first_fen"], flats["night_fen"]) == (2, 400, 0)
    assert not flats["recognition"]
    assert flats["connectable"], "said so, though residential lots are not by themselves"
    assert lots["lon"].tolist() == [113.6545, 113.6590, 113.6600]
    roads = small_town().roads
    assert (roads.edge_from[lots["edge"]] == lots["node"]).all()
    assert np.hypot(*(roads.node_xy_m[lots["node"]] - roads.to_plane_m(lots["lon"], lots["lat"])).T).max() < 300


def test_types_are_those_of_drawn_lots_and_parquet_equals_csv(tmp_path: Path) -> None:
    from_csv, shipped = read(DATA / "right.csv"), drawn()
    for name in shipped.columns:
        if name != "name":
            assert from_csv[name].dtype == shipped[name].dtype, name
    pd.read_csv(DATA / "right.csv", dtype={"recognition": "object", "connectable": "object"}).to_parquet(
        tmp_path / "right.parquet"
    )
    pd.testing.assert_frame_equal(read(tmp_path / "right.parquet"), from_csv)


def test_a_scenario_that_names_no_table_gets_none() -> None:
    supplied = supply(small_parameters(), DATA, small_town().map, datetime(2021, 3, 15))
    assert supplied.tables is None
    assert small_parameters().files() == ()
    assert small_parameters(lots="lots.csv").files() == ("lots.csv",)


WRONG = {
    "words.csv": [
        "words.csv:2:kind: 'comercial' is not known; did you mean 'commercial'?",
        ("words.csv:3:kind: 'stadium' is not one of roadside, public, commercial, office, residential, hospital; write "
        "one of them"),
    ],
    "spaces.csv": [
        "spaces.csv:5:spaces: 'many' is not a number; write one such as 12.5, without a unit",
        "spaces.csv:2:spaces: 0 is not between 1 and 1e+06 spaces; correct it",
        "spaces.csv:3:spaces: -5 is not between 1 and 1e+06 spaces; correct it",
        "spaces.csv:4:spaces: 10.5 is not a whole number; it must be one",
    ],
    "names.csv": [
        "names.csv:3:name: 'A' stands there twice, first in 2; give each row a name of its own",
        "names.csv:4:name: the cell is empty, but each row needs a value; write one",
    ],
    "places.csv": [
        "places.csv:2:lat: 113.6545 is not between -90 and 90 degrees; correct it",
        "places.csv:2:lon: longitude and latitude seem to be swapped; swap the two columns",
        ("places.csv:3:lon: 113.2, 34.7 is more than 2 km from every road of the map; correct the place, leave the row "
        "out, or use a map that reaches there"),
    ],
    "columns.csv": [
        "columns.csv:1:spaces: the column is missing; add it",
        "columns.csv:1:capacity: there is no such column; begin its name with _ where it is a remark",
    ],
    "prices.csv": [
        "prices.csv:2:first_yuan: -2 is not between 0 and 10000 yuan; correct it",
        "prices.csv:3:later_yuan: '3 yuan' is not a number; write one such as 12.5, without a unit",
    ],
    "hours.csv": [
        "hours.csv:4:closes_h: 25 is not between 0 and 24 h; correct it",
        "hours.csv:2:closes_h: open from 20 until 8 h; it must close after it opens (0 and 24: always open)",
        "hours.csv:3:closes_h: open from 23 until 23 h; it must close after it opens (0 and 24: always open)",
    ],
    "structure.csv": [
        "structure.csv:4:structure: 'tower' is not one of roadside, surface, underground; write one of them",
        "structure.csv:3:zone: 4 is not between 1 and 3; correct it",
        ("structure.csv:2:structure: the structure roadside belongs to the kind roadside, and to it alone; correct one "
        "of the two"),
        ("structure.csv:3:structure: the structure roadside belongs to the kind roadside, and to it alone; correct one "
        "of the two"),
    ],
    "barrier.csv": [
        "barrier.csv:2:recognition: 'maybe' is not yes or no; write one of them",
        "barrier.csv:2:barrier_s: -1 is not between 0 and 600 s; correct it",
        "barrier.csv:2:entrances: 1.5 is not a whole number; it must be one",
        "barrier.csv:2:app_draw: 1.5 is not between 0 and 1; correct it",
    ],
    "no_rows.csv": ["no_rows.csv: has no rows; add one, or leave the table out of the scenario"],
    "semicolons.csv": ["semicolons.csv:1: cells must be parted by commas; save the table so"],
    "nowhere.csv": ["nowhere.csv: there is no such file; correct the path, which is relative to the scenario file"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "messages"), WRONG.items(), ids=WRONG)
def test_everything_wrong_is_told_at_once_with_line_column_and_remedy(name: str, messages: list[str]) -> None:
    check_told(read, DATA / name, messages)


def test_the_table_that_is_right_lies_on_the_town_of_these_tests() -> None:
    lots = pd.read_csv(DATA / "right.csv")
    assert ((lots["lon"] - LON).between(0, 0.06) & (lots["lat"] - LAT).between(0, 0.05)).all()


def test_the_reference_has_a_row_for_each_column() -> None:
    lines = columns_as_markdown().splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == [column.name for column in COLUMNS]
