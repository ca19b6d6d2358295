"""Promises: what is drawn beforehand, what measures do and do not change, what the city sees, and what it is told."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.air_runs import air_parameters, run_air, town

from twin.core.clock import DAY_S, HOUR_S
from twin.core.domain import WorldEvent
from twin.core.errors import PolicyError
from twin.core.kpis import names_of
from twin.core.model import Twin
from twin.domains.air.decisions_curbs import Curb, CurbsView
from twin.domains.air.decisions_inspection import InspectPlants, PlantInspectionView
from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.domain import AirDomain
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import GROUPS, KINDS, PLANT_KINDS
from twin.domains.air.kpis import compute
from twin.domains.air.measures import FAMILIES, MEMBERS

Lived = tuple[AirDomain, Twin, dict[str, pd.DataFrame]]


def red(view: AirWarningView) -> Warn:
    return Warn(4)


def never(view: AirWarningView) -> Warn:
    return Warn(0)


def same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> bool:
    return all(one[name].equals(other[name]) for name in one)


def hourly(frames: dict[str, pd.DataFrame], column: str) -> np.ndarray:
    return frames["air.hours"][column].to_numpy(np.float64)


@cache
def two_days(brain: str, warning: int | None = None, **connections: float) -> Lived:
    """Live two days by a shipped brain, once for all tests that ask for them; always warned of where a level is given.

    Tests read what is returned and never change it.
    """
    rules = {} if warning is None else {"air_warning": {0: never, 4: red}[warning]}
    return run_air(brain=brain, rules=rules, connections=connections)


# -- chance ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_air_to_the_last_bit() -> None:
    assert same(two_days("city_brain")[2], run_air(brain="city_brain")[2])


def test_another_seed_gives_other_weather_but_the_same_enterprises() -> None:
    one, other = two_days("traditional")[2], run_air(seed=2)[2]
    assert one["air.plants"].equals(other["air.plants"])
    assert not np.array_equal(hourly(one, "wind_mps"), hourly(other, "wind_mps"))


def test_brains_meet_the_same_weather_and_the_same_air_without_measures() -> None:
    _, _, traditional = two_days("traditional", 0)
    _, _, strict = two_days("city_brain", 4)
    assert np.array_equal(hourly(traditional, "wind_mps"), hourly(strict, "wind_mps"))
    assert np.array_equal(hourly(traditional, "pm25_without"), hourly(strict, "pm25_without"))


# -- measures ----------------------------------------------------------------------------------------------------------


def test_nothing_is_relieved_before_the_first_midnight_after_a_warning_and_something_after_it() -> None:
    _, _, frames = run_air(days=3, rules={"air_warning": red})
    relief = hourly(frames, "pm25_without") - hourly(frames, "pm25")
    assert (relief[:24] == 0).all()
    assert (relief[26:] > 0).all()
    assert frames["air.hours"]["level"].tolist() == [0] * 24 + [4] * 48


def test_without_a_warning_the_air_is_what_it_would_be_without_measures() -> None:
    _, _, frames = two_days("traditional", 0)
    assert np.array_equal(hourly(frames, "pm25"), hourly(frames, "pm25_without"))
    assert hourly(frames, "cut_yuan").sum() == 0


def test_who_cheats_goes_on_under_a_warning_and_relief_is_the_smaller_for_it() -> None:
    relief = []
    for share in (0.0, 1.0):
        _, _, frames = run_air(
            air_parameters(cheat_share=share, inspections_a_day=0), days=2, rules={"air_warning": red}
        )
        relief.append(float((hourly(frames, "pm25_without") - hourly(frames, "pm25"))[24:].mean()))
    assert 0 <= relief[1] < 0.5 * relief[0], "building sites, which are no enterprises, still halt"


def test_the_same_relief_costs_least_by_the_linear_programme_and_takes_fewest_by_contribution() -> None:
    cost, curbed = {}, {}
    for rule in ("one_plan_per_plant", "by_contribution", "least_cost"):
        _, _, frames = run_air(days=2, rules={"air_warning": red, "curbs": rule})
        cost[rule] = hourly(frames, "cut_yuan").sum()
        orders = frames["air.warnings"]
        curbed[rule] = int(orders["curbed"].iloc[0])
        assert orders["expected_relief_ugm3"].to_numpy()[0] > 0
    assert cost["least_cost"] <= cost["one_plan_per_plant"] * (1 + 1e-6)
    assert cost["least_cost"] <= cost["by_contribution"] * (1 + 1e-6)
    assert curbed["by_contribution"] <= curbed["one_plan_per_plant"]


def test_restricting_traffic_cleans_the_air_further_and_is_paid_for_in_trips() -> None:
    def odd_even(view: TrafficRestrictionView) -> Restrict:
        assert view.odd_even_relief_ugm3 > view.lorries_relief_ugm3 >= 0
        return Restrict("odd_even")

    _, _, without = run_air(days=2, rules={"air_warning": red, "traffic_restriction": "none"})
    _, _, with_rule = run_air(days=2, rules={"air_warning": red, "traffic_restriction": odd_even})
    assert hourly(with_rule, "pm25")[26:].mean() < hourly(without, "pm25")[26:].mean()
    assert with_rule["air.warnings"]["trips"].iloc[0] > 0
    assert without["air.warnings"]["trips"].sum() == 0


# -- what the city sees ------------------------------------------------------------------------------------------------


def views_of(**keywords: object) -> list[AirWarningView]:
    seen: list[AirWarningView] = []

    def look(view: AirWarningView) -> Warn:
        seen.append(view)
        return Warn(0)

    run_air(days=2, rules={"air_warning": look}, **keywords)  # type: ignore[arg-type]
    return seen


def test_the_afternoon_sees_the_hours_before_it_and_none_after() -> None:
    _, _, frames = two_days("traditional", 0)
    measured = frames["air.station_hours"].groupby("begins_s")["measured"].mean().to_numpy()
    second = views_of(connections={"station_feed": 1.0})[1]
    assert second.time_s == DAY_S + 16 * HOUR_S
    assert second.today_ugm3 == pytest.approx(measured[16:40].mean(), rel=1e-5)
    assert second.past_ugm3[-1] == pytest.approx(measured[:24].mean(), rel=1e-5)


def test_without_the_feed_a_day_is_known_when_it_is_over() -> None:
    _, _, frames = two_days("traditional", 0)
    measured = frames["air.station_hours"].groupby("begins_s")["measured"].mean().to_numpy()
    second = views_of(connections={"station_feed": 0.0})[1]
    assert np.isnan(second.today_ugm3), "eight hours of yesterday are no day"
    assert second.past_ugm3[-1] == pytest.approx(measured[:24].mean(), rel=1e-5)


def test_a_forecast_that_does_not_reach_the_city_is_the_last_day_again() -> None:
    sees, blind = (
        views_of(connections={"weather_forecast": share}, parameters=air_parameters(forecast_scale=0.0))[1]
        for share in (1.0, 0.0)
    )
    assert sees.has_forecast
    assert not blind.has_forecast
    assert blind.weather.wind_mps[1] == pytest.approx(blind.weather.wind_mps[2])
    assert sees.weather.wind_mps[1] != pytest.approx(sees.weather.wind_mps[2])


def test_a_forecast_without_error_and_known_emissions_foresees_the_air() -> None:
    perfect = air_parameters(
        forecast_scale=0.0, background_sigma=0.0, load_sigma=0.0, reported_sigma=0.0, station_error=0.0, meter_share=1.0
    )
    seen: list[np.ndarray] = []

    def look(view: AirWarningView) -> Warn:
        seen.append(view.outlook.pm25_ugm3())
        return Warn(0)

    _, _, frames = run_air(
        perfect, days=3, brain="city_brain", rules={"air_warning": look}, start=datetime(2018, 1, 10)
    )
    days = hourly(frames, "pm25").reshape(3, 24).mean(axis=1)
    assert seen[0][0, :3] == pytest.approx(days, rel=0.02)
    assert np.ptp(seen[0][:, 2]) == pytest.approx(0, abs=1e-6), "no error, no spread"


def test_sensors_that_are_down_leave_the_hours_unknown() -> None:
    down = WorldEvent("connection_fails", "station_feed", 0.0, 3 * DAY_S)
    seen = views_of(events=[down], connections={"station_feed": 1.0})
    assert np.isnan(seen[1].today_ugm3)
    assert np.isnan(seen[1].past_ugm3[-1])
    assert np.isfinite(seen[1].past_ugm3[:-1]).any()


def test_the_feed_shows_the_days_emission_and_without_it_the_yearly_figure() -> None:
    domain, _, _ = two_days("city_brain")
    load = domain.emissions.load(80)
    read = domain.meters.ratio(80, load)
    assert (read == load).mean() > 0.8
    blind, _, _ = two_days("city_brain", emission_feed=0.0)
    assert not (blind.meters.ratio(80, load) == load).any()


# -- who cheats --------------------------------------------------------------------------------------------------------


def cheat(factor: float, **details: object) -> WorldEvent:
    return WorldEvent("plant_cheats", factor, 0.0, 9 * DAY_S, tuple(sorted(details.items())))  # type: ignore[arg-type]


def test_who_cheats_at_night_emits_more_at_night_alone() -> None:
    _, _, honest = run_air(air_parameters(inspections_a_day=0))
    _, _, cheats = run_air(air_parameters(inspections_a_day=0), events=[cheat(5, from_h=22.0, until_h=6.0)])
    more = hourly(cheats, "emitted_gps") - hourly(honest, "emitted_gps")
    hour = np.arange(48) % 24
    night = (hour >= 22) | (hour < 6)
    assert (more[night] > 0).all()
    assert (more[~night] == 0).all()


def test_an_inspector_at_the_door_ends_it() -> None:
    def the_first(view: PlantInspectionView) -> InspectPlants:
        return InspectPlants((0,))

    _, _, frames = run_air(
        air_parameters(cheat_found_share=1.0, cheat_share=0.0), days=2, events=[cheat(5)],
        rules={"plant_inspection": the_first, "air_warning": never},
    )  # fmt: skip
    visits = frames["air.inspections"]
    assert visits["found"].tolist() == [True, False]
    secret = hourly(frames, "pm25_without") - hourly(frames, "pm25")
    assert (secret[:9] == 0).all()
    assert (secret[11:] >= 0).all()
    assert secret[11:].max() > 0, "what would be if nobody had been found"


def place_of_largest(kind: str) -> tuple[int, tuple[float, float]]:
    """Return the number of the largest enterprise of a kind, and where it stands."""
    city = town()
    sources = Inventory.of(city, air_parameters()).sources
    plant = int(max(sources.of_kind(kind), key=lambda row: sources.gps[row, 0]))
    lon, lat = city.roads.origin
    at = city.moved(np.array([lon]), np.array([lat]), sources.x_m[plant : plant + 1], sources.y_m[plant : plant + 1])
    return plant, (float(at[0][0]), float(at[1][0]))


def test_inverse_modelling_points_to_the_one_that_cheats() -> None:
    """Twenty times its report, in a small town: among the first three days' nine of sixty that are visited."""
    plant, place = place_of_largest("bricks")
    _, _, frames = run_air(
        air_parameters(cheat_share=0.0, cheat_found_share=1.0, inspections_a_day=3), days=4, brain="city_brain",
        events=[cheat(20, place=place)], rules={"plant_inspection": "by_gap", "air_warning": never},
    )  # fmt: skip
    visits = frames["air.inspections"]
    assert frames["air.secrets"]["plant"].tolist() == [plant]
    assert plant in visits["plant"].tolist()[:9]
    assert visits["plant"][visits["found"]].tolist() == [plant]


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "answer", "words"),
    [
        ("air_warning", lambda view: Warn(5), "between 0 and 4"),
        ("air_warning", lambda view: Warn(1.5), "whole number"),  # type: ignore[arg-type]
        ("curbs", lambda view: Curb(np.ones(3)), "one an enterprise"),
        ("curbs", lambda view: Curb(np.full(len(view), 2.0)), "at most"),
        ("curbs", lambda view: Curb(np.full(len(view), np.nan)), "must be 0 or above"),
        ("curbs", lambda view: Curb([0.0] * len(view)), "NumPy array"),  # type: ignore[arg-type]
        ("traffic_restriction", lambda view: Restrict("everybody"), "one of none"),
        ("plant_inspection", lambda view: InspectPlants((1, 1)), "twice"),
        ("plant_inspection", lambda view: InspectPlants((10_000,)), "no enterprise 10000"),
        ("plant_inspection", lambda view: InspectPlants(tuple(range(40))), "can be visited today"),
        ("plant_inspection", lambda view: InspectPlants([1]), "tuple"),  # type: ignore[arg-type]
    ],
)
def test_an_illegal_answer_stops_the_run_and_says_why(decision: str, answer: object, words: str) -> None:
    rules = {"air_warning": red, decision: answer}
    with pytest.raises(PolicyError, match=words):
        run_air(days=1, rules=rules)  # type: ignore[arg-type]


def test_curbs_are_asked_only_under_a_warning() -> None:
    asked: list[CurbsView] = []

    def look(view: CurbsView) -> Curb:
        asked.append(view)
        return Curb(np.zeros(len(view)))

    run_air(days=2, rules={"air_warning": never, "curbs": look})
    assert not asked
    run_air(days=2, rules={"air_warning": red, "curbs": look})
    assert [view.level for view in asked] == [4, 4]
    assert (asked[0].plan <= asked[0].heaviest).all()


# -- records -----------------------------------------------------------------------------------------------------------


def test_what_sources_give_adds_up_to_what_stations_have() -> None:
    _, _, frames = two_days("city_brain", 4)
    parts = frames["air.contributions"].groupby(["begins_s", "station"])["pm25"].sum()
    whole = frames["air.station_hours"].set_index(["begins_s", "station"])["pm25"]
    assert np.allclose(parts.sort_index().to_numpy(), whole.sort_index().to_numpy(), rtol=1e-4)
    assert set(frames["air.contributions"]["group"].astype(str)) == set(GROUPS)


def test_every_kpi_has_a_family_and_the_warned_day_is_judged_without_measures() -> None:
    _, twin, frames = run_air(days=3, rules={"air_warning": red})
    values = {row.name: row.value for row in compute(frames, twin.clock)}
    known = {kpi.name for kpi in names_of("air", FAMILIES, MEMBERS)}
    assert set(values) <= known
    assert values["air.warned_days"] == 2
    assert values["air.hits"] + values["air.misses"] == values["air.bad_days"]
    without = hourly(frames, "pm25_without").reshape(3, 24).mean(axis=1)
    assert values["air.bad_days"] == (without > 150).sum()


def test_bad_air_makes_people_call_in_proportion_to_the_published_function() -> None:
    from twin.domains.air.exposure import more_calls

    given = air_parameters()
    assert float(more_calls(given.calls_from_ugm3 + 10, "respiratory", given)) == pytest.approx(0.0046)
    assert float(more_calls(given.calls_from_ugm3 + 10, "stroke", given)) == pytest.approx(0.0013)
    assert float(more_calls(given.calls_from_ugm3 - 30, "respiratory", given)) == 0
    heard: list[object] = []

    class Listener:
        name = "listener"

        def draw_tables(self, twin: object) -> dict[str, pd.DataFrame]:
            return {}

        def start(self, twin: object, tables: object) -> None:
            twin.channels.listen("person_fell_ill", heard.append)  # type: ignore[attr-defined]

        def on_event(self, twin: object, event: object, begins: bool) -> None: ...
        def busy(self) -> bool:
            return False

        def finish(self, twin: object) -> None: ...
        def populations(self) -> dict[str, list[object]]:
            return {}

    many = air_parameters(exposure_calls={"respiratory": 3000.0, "cardiac": 3000.0})
    _, _, frames = run_air(many, days=1, more_domains=[Listener()])
    calls = frames["air.calls"]
    assert len(heard) == len(calls) > 0
    assert (calls["pm25"] > given.calls_from_ugm3).all()


def test_an_enterprise_can_be_looked_at() -> None:
    domain, twin, _ = two_days("traditional")
    plant = twin.plants[3]
    assert plant.kind in PLANT_KINDS
    assert plant.gps["pm25"] == pytest.approx(float(domain.inventory.sources.gps[3, 0]))
    assert len(twin.plants) == 60
    assert [one.plant for one in twin.plants[1:4]] == [1, 2, 3]


def test_sources_of_a_kind_emit_together_what_the_parameters_say() -> None:
    domain, _, _ = two_days("traditional")
    given, sources = domain.parameters, domain.inventory.sources
    for kind in PLANT_KINDS:
        rows = sources.of_kind(kind)
        if len(rows):
            tonnes = sources.gps[rows].sum(axis=0) * 365.25 * DAY_S / 1e6
            assert tonnes[2] == pytest.approx(getattr(given.plant_kinds, kind).so2_t), kind
    assert set(np.unique(sources.kind)) <= set(range(len(KINDS)))
    assert town().roads.node_count > 0
