"""What is said of vehicles under lights and siren, to whoever can make way for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twin.city.conditions import Trip

SETS_OUT: Final = "under_siren.sets_out"
"""Channel of `UnderSiren`, at the moment of setting out."""
ENDS: Final = "under_siren.ends"
"""Channel of the same message when the drive is over, at its target or broken off before."""


@dataclass(frozen=True, slots=True, eq=False)
class UnderSiren:
    """A drive under lights and siren.

    Attributes
    ----------
    vehicle
        Its number.
    severity
        Of the patient to whom or with whom it drives: 1 is in danger of life.
    with_patient
        Whether he is on board.
    trip
        Its route, and when it is expected where; the times are corrected under way.
    """

    vehicle: int
    severity: int
    with_patient: bool
    trip: Trip
