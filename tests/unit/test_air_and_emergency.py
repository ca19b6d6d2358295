"""Bad air makes people ill, and the emergency domain treats them; a whole run with its report in both languages."""

from __future__ import annotations

from pathlib import Path

from support.cities import write_small_map
from support.reports import page_of, small_run

AIR = """\
domains: [emergency, air]
emergency: {figures_for_residents: 0, calls_per_day: 300, dispatches_per_day: 120, patients_per_day: 100}
air:
  figures_for_residents: 0
  enterprises: 80
  building_sites: 5
  spin_up_days: 3
  forecast_members: 3
  calls_residents: 0
  exposure_calls: {respiratory: 3000, cardiac: 3000}
  calls_from_ugm3: 5
"""


def test_who_falls_ill_by_bad_air_is_treated_as_every_other_call(tmp_path: Path) -> None:
    results = small_run(tmp_path, write_small_map(tmp_path / "town"), replications=1, more=AIR)
    for brain in results.brains:
        ill = results.events("air.calls", brain)
        calls = results.events("emergency.calls", brain)
        added = calls[calls["cause"] == "air.exposure"]
        assert len(added) == len(ill) > 0
        assert set(added["condition"]) <= {"respiratory", "stemi", "stroke", "cardiac_arrest"}
    assert "The air, and what was warned of" in page_of(results)
    assert "空气，以及发布了什么预警" in page_of(results, "zh")
