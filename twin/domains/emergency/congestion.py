"""How many of an ambulance's minutes were congestion's, from recorded trips alone.

Without congestion a drive under lights and siren takes its free-flow time times the factor of the siren. What it took
beyond that was congestion's: queues, and whatever else slowed the traffic at that hour. What junctions cost when nobody
else drives is part of the free-flow time, and so is not. A drive can be a little faster than that where the roads are
measured, and the minutes are negative then: they add up.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.clock import Clock
from twin.core.kpis import HOURS, KpiValue

MINUTE_S: Final = 60.0
ROUNDING_S: Final = 0.05
"""A drive that took no more or less than this beyond its free-flow time lost nothing: links' times are whole
milliseconds, and a hundred of them are off by so much at most."""
PURPOSES: Final = {"congestion_to_scene_min": "to_scene", "congestion_with_patient_min": "to_hospital"}
"""Each measure of a call, and the purpose of the drives that count."""


def congestion_s(trips: pd.DataFrame) -> NDArray[np.float64]:
    """Return how much longer each drive took than on empty roads, seconds, shape (trips,); see `ROUNDING_S`."""
    took_s = trips["arrive_s"].to_numpy(np.float64) - trips["depart_s"].to_numpy(np.float64)
    free_s = trips["factor"].to_numpy(np.float64) * trips["free_flow_s"].to_numpy(np.float64)
    lost_s = took_s - free_s
    return np.where(np.abs(lost_s) <= ROUNDING_S, 0.0, lost_s)


def with_siren(trips: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Return the drives to a scene or with a patient that began in the counted time.

    Returns
    -------
    DataFrame
        ``purpose``, ``hour`` of the day in which it began, ``drive_min``, and ``congestion_min`` of these.
    """
    depart_s = trips["depart_s"].to_numpy(np.float64)
    counted = (depart_s >= 0) & (depart_s < clock.duration_s) & trips["purpose"].isin(PURPOSES.values()).to_numpy()
    chosen = trips[counted]
    hours = clock.hours_of_day(depart_s[counted])
    return pd.DataFrame(
        {
            "purpose": chosen["purpose"].astype(str).to_numpy(),
            "hour": np.array(HOURS, dtype=object)[hours],
            "drive_min": (chosen["arrive_s"] - chosen["depart_s"]).to_numpy(np.float64) / MINUTE_S,
            "congestion_min": congestion_s(chosen) / MINUTE_S,
        }
    )


def minutes_of_calls(
    name: str, trips: pd.DataFrame, call: NDArray[np.int64], vehicle: NDArray[np.float64], out_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return congestion's minutes on the drives for each call, by the vehicle that came to it in the end.

    Parameters
    ----------
    name
        Of `PURPOSES`.
    call, vehicle, out_s
        The calls' numbers, rising; who came, and when it set out for the last time, NaN where nobody did; shape (k,).

    Returns
    -------
    array
        Shape (k,); 0 where there was no such drive.
    """
    minutes = np.zeros(len(call))
    rows = trips[(trips["purpose"] == PURPOSES[name]).to_numpy()]
    if not len(call) or rows.empty:
        return minutes
    of = rows["call"].to_numpy(np.int64)
    place = np.minimum(np.searchsorted(call, of), len(call) - 1)
    own = (call[place] == of) & (vehicle[place] == rows["vehicle"].to_numpy())
    own &= rows["depart_s"].to_numpy(np.float64) >= out_s[place]
    np.add.at(minutes, place[own], congestion_s(rows)[own] / MINUTE_S)
    return minutes


def shares(trips: pd.DataFrame, clock: Clock) -> list[KpiValue]:
    """Return the share of the minutes under lights and siren that was congestion's, of all and by hour."""
    drives = with_siren(trips, clock)
    rows = []
    for hour in ("", *HOURS):
        own = drives[drives["hour"] == hour] if hour else drives
        minutes = float(own["drive_min"].sum())
        if minutes > 0:
            name = ".".join(part for part in ("emergency.congestion_share", hour) if part)
            rows.append(KpiValue(name, float(own["congestion_min"].sum()) / minutes, "share", len(own)))
    return rows
