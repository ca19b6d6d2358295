"""A crew climbs the stairs where the house's elevators stand still: by a share, or by what other domains say of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cities import small_city
from support.runs import run_emergency

from twin.domains.emergency.parameters import EmergencyParameters

CITY = small_city()
BUSY = EmergencyParameters(figures_for_residents=0, calls_per_day=400, dispatches_per_day=200, patients_per_day=160)


class Houses:
    """A domain that says of every house whether its elevators stand still, and nothing else."""

    name = "houses"

    def __init__(self, stand: bool) -> None:
        self._stand = stand
        self.asked: list[tuple[float, float]] = []

    def draw_tables(self, twin: Any) -> dict[str, pd.DataFrame]:
        twin.channels.offer("stopped_elevators", self._say)
        return {}

    def _say(self, lon: float, lat: float) -> bool:
        self.asked.append((lon, lat))
        return self._stand

    def start(self, twin: Any, tables: Any) -> None: ...

    def on_event(self, twin: Any, event: Any, begins: bool) -> None: ...

    def busy(self) -> bool:
        return False

    def finish(self, twin: Any) -> None: ...

    def populations(self) -> dict[str, Any]:
        return {}


def ways_s(*domains: Any) -> tuple[pd.DataFrame, pd.Series]:
    twin, frames = run_emergency(CITY, BUSY, hours=8, more_domains=list(domains))
    calls = frames["emergency.calls"].set_index("call")
    cases = twin.tables["emergency.cases"].set_index("call").loc[calls.index[calls["at_patient_s"].notna()]]
    return cases, (calls["at_patient_s"] - calls["at_scene_s"]).loc[cases.index]


def test_without_anybody_who_knows_elevators_a_drawn_share_stands_still() -> None:
    cases, way_s = ways_s()
    assert way_s.to_numpy() == pytest.approx(cases["access_s"].to_numpy())


@pytest.mark.parametrize("stand", [True, False])
def test_where_elevators_are_known_the_crew_climbs_exactly_where_they_stand(stand: bool) -> None:
    houses = Houses(stand)
    cases, way_s = ways_s(houses)
    stairs_s = (cases["floor"] - 1) * BUSY.stairs_s_per_floor
    riding_s = cases["access_s"] - np.where(cases["stopped_elevator"], stairs_s, 0.0)
    assert (cases["floor"] > 1).sum() > 20
    assert way_s.to_numpy() == pytest.approx((riding_s + stairs_s * stand).to_numpy())
    assert len(houses.asked) == (cases["floor"] > 1).sum()
