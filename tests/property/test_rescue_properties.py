"""Whatever the city is like: everybody is freed once, nobody is at two places, what is repaired was visited."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from support.elevator_runs import elevator_parameters, run_elevators

from twin.core.clock import HOUR_S
from twin.core.domain import WorldEvent
from twin.domains.elevators.domain import ElevatorsDomain

RULES = st.fixed_dictionaries(
    {
        "rescue": st.sampled_from(["contracted_firm", "nearest_qualified", "optimal_assignment"]),
        "rescue_order": st.sampled_from(["first_come", "most_vulnerable", "most_people_minutes_saved"]),
        "second_level": st.sampled_from(["never", "after_30_min", "at_once_if_sooner"]),
    }
)
CITIES = st.fixed_dictionaries(
    {
        "elevators_per_worker": st.sampled_from([10.0, 60.0, 400.0]),
        "firms": st.sampled_from([2, 40]),
        "second_level_stations": st.sampled_from([0, 3]),
        "fire_stations": st.sampled_from([0, 2]),
        "gather_s": st.sampled_from([0.0, 120.0]),
        "options_for_each": st.sampled_from([1, 6]),
        "night_on_call_share": st.sampled_from([0.0, 0.5]),
        "false_alarms_per_year": st.sampled_from([0.0, 2.0]),
    }
)
SHARES = st.fixed_dictionaries(
    {"elevator_alarm": st.sampled_from([0.0, 0.5, 1.0]), "worker_position": st.sampled_from([0.0, 1.0])}
)
CUT_UNTIL_S = 18.5 * HOUR_S
VISITS: list[tuple[float, int, str]] = []


def live(city: dict[str, Any], rules: dict[str, str], shares: dict[str, float], cut: bool) -> dict[str, pd.DataFrame]:
    """Live a day and a half of a town, with a power cut in half of it or without; visits go into `VISITS`."""
    VISITS.clear()

    def prepare(domain: ElevatorsDomain) -> None:
        visited = domain.visited

        def note(elevator: int, kind: Any) -> None:
            VISITS.append((domain.now_s, elevator, kind))
            visited(elevator, kind)

        domain.visited = note  # type: ignore[method-assign]

    events = [WorldEvent("power_cut", "west", 18 * HOUR_S, CUT_UNTIL_S)] if cut else []
    parameters = elevator_parameters(fleet_size=1200, history_days=2, **city)
    _, _, frames = run_elevators(
        parameters, days=1.5, events=events, rules=rules, connections=shares, prepare=prepare, seed=3
    )
    return frames


@settings(max_examples=18, deadline=None)
@given(CITIES, RULES, SHARES, st.booleans())
def test_everybody_is_freed_once_by_somebody_who_was_there_or_by_power(
    city: dict[str, Any], rules: dict[str, str], shares: dict[str, float], cut: bool
) -> None:
    frames = live(city, rules, shares, cut)
    trapping = frames["elevators.failures"].query("people > 0")
    rescues = frames["elevators.rescues"]
    freed = rescues[rescues["people"] > 0]
    assert sorted(freed["case"]) == sorted(trapping["case"])
    assert freed["case"].is_unique
    assert freed["freed_s"].notna().all()
    by_power = rescues["by_power"].to_numpy(bool)
    assert (rescues["cause"][by_power] == "power_cut").all()
    assert (rescues["freed_s"][by_power] > CUT_UNTIL_S).all()
    assert rescues["arrive_s"][by_power].isna().all()
    rescues = rescues[~by_power]
    for before, after in (("at_s", "told_s"), ("told_s", "sent_s"), ("sent_s", "arrive_s"), ("arrive_s", "freed_s")):
        assert (rescues[before] <= rescues[after]).all(), (before, after)
    helpers = frames["elevators.helpers"].fillna({"free_s": float("inf")})  # still at it when the run ends
    first = helpers[helpers["came_first"]].set_index("case")
    assert first.index.is_unique
    assert set(first.index) == set(rescues["case"])
    there = first.loc[rescues["case"]]
    assert (there["sent_s"].to_numpy() <= rescues["arrive_s"].to_numpy()).all()
    assert (there["free_s"].to_numpy() >= rescues["freed_s"].to_numpy()).all()

    for (level, number), own in helpers.sort_values("sent_s").groupby(["level", "helper"]):
        until = own["free_s"].to_numpy()[:-1]
        assert (own["sent_s"].to_numpy()[1:] >= until).all(), f"{level}/{number} is at two places"
    assert frames["elevators.workers"]["qualified"].to_numpy()[helpers.query("level == 1")["helper"]].all()

    arrived = rescues.groupby("elevator")["arrive_s"].min()
    for at_s, elevator, kind in VISITS:
        if kind in ("repair", "release"):
            assert arrived[elevator] <= at_s, "what is repaired was visited before"


@settings(max_examples=4, deadline=None)
@given(RULES, SHARES)
def test_the_same_seed_gives_the_same_rescues(rules: dict[str, str], shares: dict[str, float]) -> None:
    one, other = (live({}, rules, shares, True) for _ in range(2))
    pd.testing.assert_frame_equal(one["elevators.rescues"], other["elevators.rescues"])
    pd.testing.assert_frame_equal(one["elevators.helpers"], other["elevators.helpers"])
