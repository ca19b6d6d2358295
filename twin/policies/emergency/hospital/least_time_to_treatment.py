"""Take the patient where treatment is likely to begin first."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.emergency.decisions import HospitalView, TakeTo

LABORATORY: Final = "stemi"
"""The condition that is treated in a catheterisation laboratory."""


def least_time_to_treatment(view: HospitalView) -> TakeTo:
    """Take the patient to the capable hospital with the least drive time and expected wait, as far as load is known.

    Waited for is a bay, and a laboratory for ``stemi``. Who comes to c places that n patients hold or wait for, n not
    less than c, waits until n - c + 1 of them have left; while all places are taken one leaves every s / c on average,
    s the mean stay. The load is taken as it is now: who leaves during the drive is replaced. That the severe overtake
    the others at the bays is left out, so that their wait is overestimated where others wait.

    Where the load is unknown it is the nearest capable hospital; where none is capable, all are compared.

    References
    ----------
    The wait by the length of the queue, exact for exponential stays and first come, first served: Ibrahim and Whitt
    (2009), "Real-time delay estimation based on delay history", Manufacturing & Service Operations Management 11(3). Of
    choosing a hospital by transport and queue: Caicedo-Rolón and Rivera (2021), "Hospital selection in emergency
    medical service systems: a literature review", Revista Gerencia y Políticas de Salud 20.
    """
    hospitals = view.hospitals
    expected_s = hospitals.drive_time_s.astype(np.float64)
    if view.load_known:
        expected_s += _wait_s(hospitals.bays_taken + hospitals.bays_waited_for, hospitals.bays, view.bay_stay_s)
        if view.condition == LABORATORY:
            expected_s += _wait_s(hospitals.laboratories_taken, hospitals.laboratories, view.laboratory_s)
    if hospitals.capable.any():
        expected_s[~hospitals.capable] = np.inf
    return TakeTo(int(hospitals.id[expected_s.argmin()]))


def _wait_s(there: NDArray[np.int32], places: NDArray[np.int32], stay_s: float) -> NDArray[np.float64]:
    """Return the mean wait for one of these places; where there are none, one that no wait is as long as."""
    wait_s: NDArray[np.float64] = np.maximum(there - places + 1, 0) * (stay_s / np.maximum(places, 1))
    return np.where(places > 0, wait_s, 1e9)
