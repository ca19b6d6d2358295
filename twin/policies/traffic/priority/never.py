"""Let every signal go on as it is."""

from __future__ import annotations

from twin.domains.traffic.decisions_priority import NoPriority, PriorityView


def never(view: PriorityView) -> NoPriority:
    """Give no ambulance priority: it passes signals as the law lets it, and waits where others block its way.

    References
    ----------
    The practice; no priority for ambulances at the city's signals was found.
    """
    return NoPriority()
