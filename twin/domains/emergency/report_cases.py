"""What the parts of the emergency report share: cases with their stamps, patients paired, quarters of an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.charts.section import StoredRun
from twin.core.kpis import HOURS
from twin.domains.emergency.kpis import observations
from twin.domains.emergency.records import STAMPS

if TYPE_CHECKING:
    from twin.core.language import Language

PATIENT: Final = ["replication", "call"]
"""What tells a call from all others of the run; the same under every brain."""
QUARTER_S: Final = 900.0
MILESTONES: Final = (
    "symptom_s", "ring_s", "answer_s", "locate_s", "triage_s", "dispatch_s", "out_s", "at_scene_s", "at_patient_s",
    "ecg_s", "leave_s", "door_s", "bay_s", "registered_s", "seen_s", "consulted_s", "moved_s", "consented_s", "team_s",
    "ready_s", "treatment_s",
)  # fmt: skip
"""Stamps from symptom to treatment; ``moved_s`` is when a patient who was moved on has a bay in the second hospital."""


def cases_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return the measures of every counted call of a brain, with its stamps (``at_...``), place and replication."""
    frames = []
    for replication in range(run.replications):
        calls = run.events("emergency.calls", brain, replication)
        trips = run.events("emergency.trips", brain, replication)
        measures = observations({"emergency.calls": calls, "emergency.trips": trips}, run.clock)
        own = calls.set_index("call")
        stamps = own[["symptom_s", "ring_s", *STAMPS]].assign(moved_s=_moved_s(run, brain, replication, own))
        own = own[["lon", "lat", "transferred_to"]].join(stamps.add_prefix("at_"))
        frames.append(measures.join(own).rename_axis("call").reset_index().assign(replication=replication))
    return pd.concat(frames, ignore_index=True)


def _moved_s(run: StoredRun, brain: str, replication: int, calls: pd.DataFrame) -> pd.Series[float]:
    """Return when each patient who was moved on got a bay in the second hospital."""
    looks = run.events("emergency.hospitals", brain, replication)
    beds = looks[(looks["resource"] == "bay") & (looks["change"] > 0)]
    last = beds.groupby("call")["time_s"].max().reindex(calls.index)
    return last.where(calls["transferred_to"].notna())


def values_of(cases: pd.DataFrame, column: str, condition: str | None = None) -> NDArray[np.float64]:
    """Return the values of a measure, of all cases or those with one condition."""
    chosen = cases if condition is None else cases[cases["condition"] == condition]
    values: NDArray[np.float64] = chosen[column].dropna().to_numpy(dtype=np.float64)
    return values


def treated_of(cases: pd.DataFrame, condition: str | None = None) -> pd.DataFrame:
    """Return the cases whose treatment has begun, of all conditions or of one."""
    treated = cases[cases["at_treatment_s"].notna()]
    return treated if condition is None else treated[treated["condition"] == condition]


def milestones_min(treated: pd.DataFrame) -> NDArray[np.float64]:
    """Return the minutes from the ring to each of `MILESTONES`, shape (cases, milestones).

    Each is at least the one before it: a step that was done earlier than the step before it, as in a green channel,
    counts as done with that.
    """
    stamps = treated[[f"at_{name}" for name in MILESTONES]].to_numpy(dtype=np.float64)
    ordered = np.fmax.accumulate(stamps, axis=1)
    minutes: NDArray[np.float64] = (ordered - treated[["at_ring_s"]].to_numpy(dtype=np.float64)) / 60
    return minutes


def paired(one: pd.DataFrame, other: pd.DataFrame, columns: list[str], keys: list[str] | None = None) -> pd.DataFrame:
    """Return the same calls under two brains: all columns of the first, and ``other_...`` of the second.

    Only calls that have every column under both are kept.
    """
    keys = PATIENT if keys is None else keys
    there = other[[*keys, *columns]].dropna(subset=columns).rename(columns={name: f"other_{name}" for name in columns})
    return one.dropna(subset=columns).merge(there, on=keys, how="inner", validate="one_to_one")


def walk_ins_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return those who came by themselves in the counted time, with ``minutes`` from door to treatment."""
    frames = [
        run.events("emergency.walk_ins", brain, replication).assign(replication=replication)
        for replication in range(run.replications)
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["door_s"] >= 0]
    return rows.assign(
        condition=rows["condition"].astype(str),
        minutes=(rows["treatment_s"] - rows["door_s"]) / 60,
        bay_minutes=(rows["bay_s"] - rows["door_s"]) / 60,
    )


def looks_of(run: StoredRun, brain: str) -> pd.DataFrame:
    """Return what was seen every quarter of an hour, with ``busy`` share, ``hour`` and ``quarter`` of the day."""
    frames = [
        run.events("emergency.coverage", brain, replication).assign(replication=replication)
        for replication in range(run.replications)
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["time_s"] >= 0]
    second = (rows["time_s"].to_numpy(dtype=np.float64) + run.clock.second_of_day(0.0)) % 86_400
    busy = 1 - rows["free"] / rows["on_duty"].clip(lower=1)
    return rows.assign(
        busy=busy.clip(0, 1),
        quarter=(second // QUARTER_S).astype(np.int64).astype(str),
        hour=np.array(HOURS, dtype=object)[(second // 3600).astype(np.int64)],
    )


def over_what(run: StoredRun, language: Language) -> str:
    """Return what intervals are over."""
    return language("the days") if run.replications > 1 else language("the cases of the day")
