"""Return to the home station."""

from __future__ import annotations

from twin.domains.emergency.decisions import StandbyView, WaitAt


def home_station(view: StandbyView) -> WaitAt:
    """Wait at the home station, or at the nearest open one while that is closed.

    References
    ----------
    The practice: each vehicle has its station. The static policy with which redeployment is compared in Jagtenberg,
    Bhulai and van der Mei (2015), "An efficient heuristic for real-time ambulance redeployment", Operations Research
    for Health Care 4.
    """
    stations = view.stations
    is_home = stations.id == view.home
    return WaitAt(int(stations.id[is_home.argmax() if is_home.any() else stations.drive_time_s.argmin()]))
