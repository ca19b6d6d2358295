"""Take the patient to the nearest hospital."""

from __future__ import annotations

from twin.domains.emergency.decisions import HospitalView, TakeTo


def nearest(view: HospitalView) -> TakeTo:
    """Take the patient to the hospital with the shortest drive time, whatever it can treat.

    References
    ----------
    The practice before the city brain, when infarction was confirmed only in hospital.
    """
    return TakeTo(int(view.hospitals.id[view.hospitals.drive_time_s.argmin()]))
