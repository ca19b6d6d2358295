"""Never restrict traffic."""

from __future__ import annotations

from twin.domains.air.decisions_traffic import Restrict, TrafficRestrictionView


def none(view: TrafficRestrictionView) -> Restrict:
    """Let everybody drive."""
    del view
    return Restrict("none")
