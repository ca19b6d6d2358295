"""Take the patient to the nearest hospital that can treat him."""

from __future__ import annotations

from twin.domains.emergency.decisions import HospitalView, TakeTo


def nearest_capable(view: HospitalView) -> TakeTo:
    """Take the patient to the hospital with the shortest drive time among those that can treat the condition.

    Where none can, the nearest is taken.

    References
    ----------
    Bypass of hospitals without the capability, as chest-pain centres practise it.
    """
    hospitals = view.hospitals
    slower = (~hospitals.capable) & bool(hospitals.capable.any())
    return TakeTo(int(hospitals.id[(hospitals.drive_time_s + 1e9 * slower).argmin()]))
