"""Cells: what determines their results is in their id, and what they share is made once without being mixed up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.commands import only_run, town_traffic, write_scenario
from support.jobs import bits_of

from twin.cli import main
from twin.core.errors import ResultsError
from twin.experiment.cell_store import MEASURED, CellStore
from twin.experiment.cells import Cell, Job, cells_of, jobs_of
from twin.experiment.executors.local import LocalExecutor
from twin.experiment.live import live
from twin.experiment.store import Results
from twin.experiment.workshops import Workshops, by_city, city_key
from twin.scenario.load import Scenario, load_scenario


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory, small_map_folder: Path) -> Scenario:
    return load_scenario(write_scenario(tmp_path_factory.mktemp("scenario"), small_map_folder))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, scenario: Scenario) -> CellStore:
    """Two replications of both brains."""
    store = CellStore(tmp_path_factory.mktemp("reports") / "cells")
    assert live(jobs_of(cells_of(scenario), 2), store, LocalExecutor(1)) == 4
    return store


# -- the id ------------------------------------------------------------------------------------------------------------


def test_title_bounds_names_and_number_of_days_are_not_in_the_id(scenario):
    first, second = cells_of(scenario)
    other = scenario.with_(
        title="Another", replications=7, expect={"emergency.answer_s.p95": {"max": 3}},
        brains=["city_brain", {"name": "mine", "extends": "traditional"}],
    )  # fmt: skip
    assert [cell.id for cell in cells_of(other)] == [second.id, first.id]
    assert (first.brain, cells_of(other)[1].brain) == ("traditional", "mine")
    assert cells_of(other)[1] == first, "cells are told apart by what they live, not by what they are called"


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 8},
        {"duration_h": 2.0},
        {"start": "2021-03-16 08:00"},
        {"emergency.seats": 3},
        {"roads.local_delay_share": 0.3},
        {"on_illegal_answer": "traditional_rule"},
        {"events": [{"at": "08:10", "until": "08:20", "connection_fails": "live_traffic"}]},
        {"brains": [{"name": "mine", "extends": "traditional", "connections": {"one_tap_location": {"on": True}}}]},
    ],
)
def test_whatever_changes_results_changes_the_id(changes, scenario):
    assert cells_of(scenario.with_(**changes))[0].id != cells_of(scenario)[0].id


def test_a_policy_file_of_other_text_is_another_cell(tmp_path, small_map_folder):
    rule = "def first(view):\n    return None\n"
    (tmp_path / "mine.py").write_text(rule, encoding="utf-8")
    brains = "brains: [{name: mine, extends: city_brain, decisions: {dispatch: 'mine.py:first'}}]\n"
    scenario = load_scenario(write_scenario(tmp_path, small_map_folder, brains))
    (before,) = cells_of(scenario)
    (tmp_path / "mine.py").write_text(rule + "\n# changed\n", encoding="utf-8")
    (after,) = cells_of(scenario)
    assert before != after


# -- living ------------------------------------------------------------------------------------------------------------


def test_a_cell_has_the_kpis_and_tables_of_the_run_of_its_scenario(scenario, lived, tmp_path):
    assert main([str(scenario.path), "--jobs", "1", "--no-report", "--reports", str(tmp_path)]) == 0
    results = Results(only_run(tmp_path))
    for cell in cells_of(scenario):
        of_brain = results.kpis[results.kpis["brain"] == cell.brain]
        run = of_brain.pivot_table(index="replication", columns="kpi", values="value", dropna=False)
        cells = lived.kpis(cell, 2)
        assert list(cells.index) == [0, 1]
        assert set(cells.columns) == set(run.columns)
        assert cells[run.columns].equals(run) or (cells[run.columns] - run).abs().max().max() == 0.0
        assert lived.units(cell) == dict(zip(of_brain["kpi"], of_brain["unit"], strict=True))
        for replication in range(2):
            summary, result = results.summary(cell.brain, replication), lived.result(Job(cell, replication))
            for key in ("tables", "events", "replaced_answers"):
                assert result[key] == summary[key]


ALL_DOMAINS = """
brains: [city_brain]
domains: [emergency, traffic, elevators, air]
elevators: {fleet_size: 500}
""" + town_traffic(1500)


def test_tables_kept_in_memory_give_the_kpis_of_tables_read_from_files_in_every_domain(tmp_path, small_map_folder):
    path = write_scenario(tmp_path, small_map_folder, ALL_DOMAINS)
    scenario = load_scenario(path, ("replications=1",))
    (job,), store = jobs_of(cells_of(scenario), 1), CellStore(tmp_path / "cells")
    live([job], store, LocalExecutor(1))
    assert main([str(path), "replications=1", "--jobs", "1", "--no-report", "--reports", str(tmp_path)]) == 0
    summary, result = Results(only_run(tmp_path)).summary("city_brain", 0), store.result(job)
    assert result["events"] == summary["events"]
    assert len(summary["events"]) > 40
    kpis = {kpi["name"]: {key: kpi[key] for key in ("value", "unit", "count")} for kpi in summary["kpis"]}
    assert json.dumps(result["kpis"], sort_keys=True) == json.dumps(kpis, sort_keys=True)


def test_both_brains_meet_the_same_day_in_a_replication_and_another_in_the_next(scenario, lived):
    tables = {
        (cell.brain, day): lived.result(Job(cell, day))["tables"] for cell in cells_of(scenario) for day in range(2)
    }
    assert tables["traditional", 0] == tables["city_brain", 0]
    assert tables["traditional", 0] != tables["traditional", 1]


def test_more_processes_and_kept_events_change_no_bit(scenario, lived, tmp_path):
    jobs, store = jobs_of(cells_of(scenario), 2), CellStore(tmp_path / "cells")
    assert live(jobs, store, LocalExecutor(2), with_events=True) == 4
    assert bits_of(store, jobs) == bits_of(lived, jobs)
    assert (store.events_folder(jobs[0]) / "emergency.calls.parquet").is_file()


def test_only_what_is_missing_is_lived(scenario, tmp_path):
    jobs, store, seen = jobs_of(cells_of(scenario), 2), CellStore(tmp_path / "cells"), []
    assert live(jobs[1:2], store, LocalExecutor(1)) == 1
    age = store.path(jobs[1]).stat().st_mtime_ns
    assert live(jobs, store, LocalExecutor(1), lambda done, of: seen.append((done, of))) == 3
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert store.path(jobs[1]).stat().st_mtime_ns == age
    assert store.missing(jobs[0].cell, 3) == [2]
    assert store.missing(jobs[0].cell, [5, 0]) == [5]
    assert live(jobs, store, LocalExecutor(1)) == 0


def test_a_job_that_comes_again_although_its_result_is_there_is_not_lived(scenario, lived):
    """As when a worker was lost after it had stored a result and before it had said so."""
    (job, *_) = jobs_of(cells_of(scenario), 1)
    before = lived.path(job).stat().st_mtime_ns
    LocalExecutor(1).run([job], lived, lambda job: None, lambda sentence, values: None)
    assert lived.path(job).stat().st_mtime_ns == before


def test_a_job_whose_events_are_wanted_later_is_lived_again_for_them(scenario, tmp_path):
    (job,), store = jobs_of(cells_of(scenario)[:1], 1), CellStore(tmp_path / "cells")
    live([job], store, LocalExecutor(1))
    before = bits_of(store, [job])
    assert live([job], store, LocalExecutor(1), with_events=True) == 1
    assert live([job], store, LocalExecutor(1), with_events=True) == 0
    assert bits_of(store, [job]) == before


def test_variants_that_share_a_city_have_the_results_that_each_has_alone(scenario, tmp_path):
    """What a domain derives from the city for one variant would else be found by another."""
    one = scenario.with_(brains=["city_brain"])
    lifts = one.with_(
        domains=["emergency", "elevators"], **{"elevators.fleet_size": 1000, "elevators.history_days": 60}
    )
    variants = [
        scenario, one.with_(seed=8), one.with_(**{"emergency.seats": 1}), one.with_(duration_h=0.5),
        one.with_(**{"roads.local_delay_share": 0.3}), one.with_(**{"roads.junction_time_factor": 2.0}),
        lifts, lifts.with_(seed=8), lifts.with_(**{"elevators.fleet_size": 900}),
    ]  # fmt: skip
    assert len({city_key(variant) for variant in variants}) == 1
    jobs = jobs_of([cell for variant in variants for cell in cells_of(variant)], 1)
    together = CellStore(tmp_path / "together")
    live(jobs, together, LocalExecutor(1))
    for job in jobs:
        alone = CellStore(tmp_path / job.cell.id)
        live([job], alone, LocalExecutor(1))
        assert bits_of(alone, [job]) == bits_of(together, [job])
    assert len({json.dumps(bits, sort_keys=True) for bits in bits_of(together, jobs)}) == len(jobs)


def test_the_city_is_read_once_for_variants_of_it_whose_roads_have_their_own_times(scenario):
    workshops = Workshops()
    first = workshops.of(scenario)
    assert workshops.of(cells_of(scenario)[1].scenario).city is first.city
    seeded = workshops.of(scenario.with_(seed=8))
    assert seeded.city.hierarchy is first.city.hierarchy
    assert seeded.city.shared("anything", lambda: 1) == 1
    assert first.city.shared("anything", lambda: 2) == 2
    assert seeded.city.ordinary is first.city.ordinary
    slow = workshops.of(scenario.with_(**{"roads.local_delay_share": 0.3}))
    assert slow.city.hierarchy is first.city.hierarchy
    assert slow.city.ordinary.parameters.local_delay_share == 0.3
    assert first.city.ordinary.parameters.local_delay_share != 0.3
    again = workshops.of(scenario)
    assert again.city.ordinary is not first.city.ordinary, "times of one kind of roads are kept at a time"
    assert again.city.hierarchy is first.city.hierarchy


def test_days_of_one_variant_follow_one_another_and_cities_come_one_by_one(scenario, tmp_path):
    """Else each day would read the city of its variant anew."""
    elsewhere = shutil.copytree(scenario.map_folder, tmp_path / "elsewhere")
    moved, slow = scenario.with_(map=str(elsewhere)), scenario.with_(**{"roads.local_delay_share": 0.3})
    cells = [cells_of(variant)[0] for variant in (scenario, moved, slow)]
    cities = by_city(jobs_of(cells, 2))
    assert [[(job.cell, job.replication) for job in of_one_city] for of_one_city in cities] == [
        [(cells[0], 0), (cells[0], 1), (cells[2], 0), (cells[2], 1)],
        [(cells[1], 0), (cells[1], 1)],
    ]


def test_what_was_measured_stands_apart(scenario, lived):
    measured = lived.result(Job(cells_of(scenario)[0], 0))[MEASURED]
    assert measured["seconds"] > 0
    assert measured["peak_mb"] is None or measured["peak_mb"] > 20
    assert measured["decisions"]["dispatch"]["count"] > 0
    assert measured["decisions"]["dispatch"]["longest_s"] <= measured["decisions"]["dispatch"]["total_s"]


# -- what is wrong -----------------------------------------------------------------------------------------------------


def test_a_replication_that_was_not_lived_is_told(scenario, lived):
    with pytest.raises(ResultsError, match=r"0009\.json: replication 9 of traditional has not been lived"):
        lived.kpis(cells_of(scenario)[0], [9])


@pytest.mark.parametrize("text", ['{"kpis": {', "", "[]", '{"kpis": {}}', "\x00\x00"])
def test_a_result_that_cannot_be_read_is_told_with_its_remedy(text, scenario, lived, tmp_path):
    (job,) = jobs_of(cells_of(scenario)[:1], 1)
    store = CellStore(shutil.copytree(lived.root, tmp_path / "cells"))
    before = bits_of(store, [job])
    store.path(job).write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError, match="remove the file, and what is missing is lived again"):
        store.result(job)
    store.path(job).unlink()
    assert live([job], store, LocalExecutor(1)) == 1
    assert bits_of(store, [job]) == before


def test_a_store_that_cannot_be_written_is_told(scenario, tmp_path):
    (tmp_path / "cells").write_text("a file", encoding="utf-8")
    with pytest.raises(ResultsError, match="make room, or choose another place with --reports"):
        live(jobs_of(cells_of(scenario), 1), CellStore(tmp_path / "cells"), LocalExecutor(1))


def test_a_description_that_cannot_be_read_is_told_and_written_again(scenario, tmp_path):
    (job,), store = jobs_of(cells_of(scenario)[:1], 1), CellStore(tmp_path / "cells")
    store.describe(job.cell)
    (store.folder(job.cell) / "cell.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(ResultsError, match=r"cell\.json: cannot be read"):
        store.read_cell(job.cell.id)
    live([job], store, LocalExecutor(1))
    assert store.read_cell(job.cell.id) == job.cell


def test_a_cell_that_would_be_lived_otherwise_here_is_refused(scenario, lived):
    """As on another machine with another version of the twin, or after a policy file was changed."""
    cell = cells_of(scenario)[0]
    assert lived.read_cell(cell.id) == cell
    stranger = Cell("0123456789abcdef", cell.scenario)
    lived.describe(stranger)
    with pytest.raises(ResultsError, match="would live it otherwise: its code, map, policy files"):
        lived.read_cell(stranger.id)
