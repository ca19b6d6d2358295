"""Roads as sources by patches, what a rule takes from them, and what building sites and stacks give and cost."""

from __future__ import annotations

import numpy as np
import pytest
from support.air import changing, steady
from support.air_runs import air_parameters, run_air, town

from twin.atmosphere.plumes import unit_contributions
from twin.city.road_volumes import RoadVolumes
from twin.domains.air.cell_means import cell_means
from twin.domains.air.cells import Cells
from twin.domains.air.decisions_warning import AirWarningView, Warn
from twin.domains.air.fresh import SETTING, point_sources
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import POLLUTANTS, SPECIES
from twin.domains.air.road_emissions import VEHICLES, grams_per_km
from twin.domains.air.roads import HOUR_S, RoadRule
from twin.domains.air.tracers import with_no2

NOX = SPECIES.index("nox")


def red(view: AirWarningView) -> Warn:
    return Warn(4)


def test_what_links_emit_arrives_in_the_patches_of_their_edges() -> None:
    """Links of three edges each, across patches: nothing is lost, and a link's edges emit by their lengths."""
    given = air_parameters()
    inventory = Inventory.of(town(), given)
    roads, patches = inventory.roads, inventory.roads.patches
    edges = town().roads.edge_count
    edge_link = (np.arange(edges) // 3).astype(np.int32)
    chance = np.random.default_rng(1)
    links = int(edge_link.max()) + 1
    km, kmh = chance.uniform(0.0, 50.0, links), chance.uniform(12.0, 70.0, links)
    found = roads.lived(RoadVolumes(edge_link, km, kmh))
    grams = grams_per_km(kmh, given, given.fitted_factors.traffic)
    shares = np.array([getattr(given.kind_shares, vehicle) for vehicle in VEHICLES])
    whole = given.lived_factor * np.einsum("l,lvs,v->vs", km, grams, shares) / HOUR_S
    np.testing.assert_allclose(found.sum(axis=1), whole, rtol=1e-9)
    only = km * (np.arange(links) == 7)
    alone = roads.lived(RoadVolumes(edge_link, only, kmh)).sum(axis=0)[:, NOX]
    assert set(np.flatnonzero(alone)) == set(patches.of_edge[edge_link == 7])


def test_what_a_rule_has_thinned_was_as_much_as_it_is_without_it() -> None:
    inventory = Inventory.of(town(), air_parameters())
    roads = inventory.roads
    whole, rule = roads.ordinary(8), RoadRule(cars=0.45, lorries_inside=0.85)
    shares = roads._shares
    driven = 1 - shares @ roads._gone(rule)
    np.testing.assert_allclose(roads.unthinned(whole * driven[:, None], rule), whole, rtol=1e-12)


def test_a_station_sees_its_street_and_not_the_one_behind_it() -> None:
    """With the wind from the west only streets that reach to the west of the station give it anything."""
    inventory = Inventory.of(town(), air_parameters())
    patches, streets = inventory.roads.patches, inventory.roads.patches.streets
    number = int(np.argsort(inventory.receptors.station_xy_m[:, 0])[inventory.receptors.stations // 2])
    station = inventory.receptors.station_xy_m[number]
    units = inventory.transport._road_units.at_stations(steady(wind=2.0, start=270.0))[0, number, : len(streets)]
    middle = patches.middle[: len(streets)] - station
    near = np.hypot(*middle.T) <= 1000.0
    east = np.minimum(streets.x1_m, streets.x2_m) >= station[0]
    upwind = (middle[:, 0] < -500.0) & (np.abs(middle[:, 1]) < 200.0)
    assert (near & east).any()
    assert (units[near & east] == 0).all()
    assert (near & upwind).any()
    assert (units[near & upwind] > 1).all()


def test_a_cell_gets_the_mean_of_what_a_stack_within_it_gives() -> None:
    """Against 200 x 200 places; the middle alone may lie in the plume's axis."""
    inventory = Inventory.of(town(), air_parameters())
    rows = inventory.sources.of_kind("bricks")[:3]
    sources = point_sources(inventory.sources, rows)
    cells = Cells.holding(np.column_stack([sources.x_m, sources.y_m]), 4000.0)
    air = changing(1, seed=4)
    found = cell_means(sources, air, cells)
    steps = 4000.0 * ((np.arange(200) + 0.5) / 200 - 0.5)
    east, north = (axis.ravel() for axis in np.meshgrid(steps, steps))
    for place, centre in enumerate(cells.centre):
        dense = unit_contributions(sources, air, centre[0] + east, centre[1] + north, 1.5, SETTING)[0].mean(axis=0)
        own = np.maximum(np.abs(sources.x_m - centre[0]), np.abs(sources.y_m - centre[1])) <= 2000.0
        assert own.any()
        np.testing.assert_allclose(found[place][own], dense[own], rtol=0.25)


def test_building_sites_are_as_wide_as_they_are() -> None:
    """A site of 200 m gives less at 100 m downwind than a mouth of no width would."""
    inventory = Inventory.of(town(), air_parameters())
    rows = inventory.sources.of_kind("building_sites")[:1]
    wide = point_sources(inventory.sources, rows)
    assert wide.first_across_m is not None
    assert wide.first_across_m[0] == pytest.approx(200 / 4.3)
    narrow = type(wide)(
        *(getattr(wide, name) for name in ("x_m", "y_m", "height_m", "diameter_m", "exit_c", "exit_mps"))
    )
    air = steady(wind=1.5, stability=5, lid=200.0)
    at = (wide.x_m + 100.0, wide.y_m, 1.5, SETTING)
    assert unit_contributions(wide, air, *at)[0, 0, 0] < 0.5 * unit_contributions(narrow, air, *at)[0, 0, 0]


def test_sites_that_halt_cost_what_the_parameter_says() -> None:
    """The difference of two red days is sites x hours of work x yuan."""
    cost = []
    for yuan in (0.0, 1000.0):
        domain, _, frames = run_air(
            air_parameters(site_hour_yuan=yuan, grid_km=50, inspections_a_day=0), rules={"air_warning": red}
        )
        cost.append(frames["air.hours"]["cut_yuan"].to_numpy()[24:].sum())
    sites = domain.inventory.sources.of_kind("building_sites")
    hours = range(domain.hours.first + 24, domain.hours.first + 48)
    worked = sum(np.minimum(domain.emissions.activity(hour)[sites], 1.0).sum() for hour in hours)
    assert cost[1] - cost[0] == pytest.approx(1000.0 * worked, rel=1e-9)
    assert 13 <= worked / len(sites) < 15


def test_no2_comes_of_all_oxides_together() -> None:
    """The function is taken of the sum of fresh and aged: two parts apart would give more."""
    some = np.zeros((2, len(POLLUTANTS), 3))
    some[:, POLLUTANTS.index("no2")] = [[50.0, 100.0, 200.0], [5.0, 80.0, 300.0]]
    together, apart = with_no2(some.sum(axis=0)), with_no2(some).sum(axis=0)
    assert (together[-1] < apart[-1]).all()
    assert (together[:-1] == 0).all()
    few, many = (  # on the first day, on which no warning is in force: more oxides make more particles, and so warnings
        run_air(air_parameters(site_nox_t=tonnes, grid_km=50), days=1.0)[2]["air.station_hours"]
        for tonnes in (0.0, 10_000.0)
    )
    assert (many["no2"].to_numpy() >= few["no2"].to_numpy()).all()
    assert many["no2"].mean() > few["no2"].mean()
    np.testing.assert_array_equal(many["so2"], few["so2"])
