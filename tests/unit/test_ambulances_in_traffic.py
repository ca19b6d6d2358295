"""Promises: ambulances drive in the traffic that lives beside them, and what it costs them is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.commands import call, only_run, results_of
from support.reports import Page, page_of, small_run

from twin.city.road_traffic import STEP_MS, RoadTraffic
from twin.core.language import Language
from twin.domains.emergency.congestion import congestion_s
from twin.domains.emergency.report_congestion import drives_of, said
from twin.domains.traffic.watch import Measured
from twin.experiment.store import Results
from twin.kernels.road_network import triangular
from twin.report.view import RunView

BOTH = """
domains: [emergency, traffic]
traffic:
  figures_for_residents: 0
  trips_per_day: 20000
  mean_trip_km: {work: 2.5, school: 1.8, business: 2.5, leisure: 2.2, hospital: 2.6}
  through_trips_per_day: 500
  lorry_trips_per_day: 800
  buses: 12
  bus_routes: 5
  off_street_spaces: 9000
  roadside_spaces: 300
  tariff_zone_km: [1.0, 2.0]
"""
CROWDED = BOTH + "  demand_factor: 6\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """Two brains on a morning on which the town's streets are full."""
    return small_run(tmp_path_factory.mktemp("both"), small_map_folder, more=CROWDED, replications=1)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Results:
    """The same morning with hardly anybody on the road."""
    return small_run(
        tmp_path_factory.mktemp("empty"), small_map_folder, more=BOTH + "  demand_factor: 0.01\n", replications=1
    )


def siren_trips(results: Results) -> pd.DataFrame:
    trips = results.events("emergency.trips")
    return trips[trips["purpose"] != "home"]


def test_on_empty_roads_a_drive_takes_its_free_flow_time_and_congestion_nothing(empty: Results) -> None:
    trips = siren_trips(empty)
    assert len(trips) > 50
    lost_s = congestion_s(trips)
    assert np.abs(lost_s).mean() < 0.5
    assert (lost_s > -0.1).all()


def test_the_rounding_of_links_times_to_milliseconds_is_no_congestion() -> None:
    drives = pd.DataFrame({"depart_s": 0.0, "arrive_s": [85.0031, 84.9969, 86.0], "factor": 0.85, "free_flow_s": 100.0})
    assert congestion_s(drives) == pytest.approx([0.0, 0.0, 1.0], abs=1e-9)


def test_full_roads_slow_ambulances(results: Results, empty: Results) -> None:
    shares = []
    for found in (empty, results):
        trips = siren_trips(found)
        shares.append(congestion_s(trips).sum() / (trips["arrive_s"] - trips["depart_s"]).sum())
    assert shares[0] < 0.01
    assert shares[1] > 0.05


def test_a_street_takes_what_those_took_who_left_it_and_a_jam_an_interval_longer() -> None:
    """Two links one after another: cars pass the first, then the second is closed and the first fills up."""
    times = triangular(np.full(2, 300.0), np.ones(2), np.full(2, 10.0), np.full(2, 1800.0), 0.15, STEP_MS)
    road = RoadTraffic(3, [0, 1], [1, 2], times)
    network: Any = SimpleNamespace(times=times)
    measured = Measured(network, road, 300_000)
    cars = road.add_vehicles(60)
    road.send_along(cars, 2 * np.arange(61), np.tile([0, 1], 60))
    assert measured.since_last().tolist() == [30_000, 30_000], "nobody was there: as without traffic"
    road.advance(300_000, cars[:2], [0, 1000])
    # the second leaves a headway of two seconds after the first on the first link, having entered a second later
    assert measured.since_last().tolist() == pytest.approx([30_000, 30_000], abs=1_000)
    road.set_links([1], storage=[0])
    fill = int(times.storage[0])
    road.advance(600_000, cars[2 : 2 + fill], [300_000] * fill)
    assert measured.since_last()[0] == 30_000 + 300_000, "full, and nobody has left it"
    road.advance(900_000)
    assert measured.since_last()[0] == 30_000 + 300_000
    road.set_links([1], storage=[int(times.storage[1])])
    road.advance(1_200_000)
    # they entered two seconds apart from second 300 on, and leave so from second 900 on
    assert measured.since_last()[0] == pytest.approx(600_000, abs=2_000)
    road.advance(1_500_000)
    measured.since_last()
    road.advance(1_800_000)
    assert measured.since_last().tolist() == [30_000, 30_000]


def test_both_brains_meet_the_same_calls_and_the_same_demand(results: Results) -> None:
    tables = [results.summary(brain, 0)["tables"] for brain in results.brains]
    assert tables[0] == tables[1]
    assert {"emergency.calls", "traffic.trips"} <= set(tables[0])


def test_the_report_says_how_many_of_an_ambulances_minutes_were_congestions(results: Results) -> None:
    page = Page(page_of(results))
    assert "congestion" in {row.get("id") for row in page.all("section")}
    view = RunView(results, Language("en"))
    share = results.kpis.set_index(["brain", "kpi"]).loc[("traditional", "emergency.congestion_share"), "value"]
    words = said(drives_of(view, "traditional"), view.titles["traditional"], Language("en"))
    assert f"({100 * float(share):.1f} %)" in words
    assert words in {text for _, text in page.texts}


@pytest.mark.long  # test_determinism.py asks the same of fewer vehicles
def test_two_domains_give_the_same_bytes_for_any_number_of_processes(tmp_path: Path, small_map_folder: Path) -> None:
    scenario = tmp_path / "both.yaml"
    scenario.write_text(
        f"title: Both?\nmap: {small_map_folder.as_posix()}\nstart: 2021-03-15 08:00\nduration_h: 0.5\nwarm_up_h: 0\n"
        f"seed: 5\nreplications: 1\nbrains: [traditional, city_brain]\n{CROWDED}",
        encoding="utf-8",
    )
    found = []
    for jobs in ("1", "2"):
        reports = tmp_path / jobs
        done = call(scenario, "--jobs", jobs, "--no-report", "--reports", reports)
        assert done.returncode == 0, done.stderr
        found.append(results_of(only_run(reports)))
    assert found[0] == found[1]
