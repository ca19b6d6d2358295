"""What the city can know about an emergency."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Connection

ONE_TAP_LOCATION: Final = Connection(
    "one_tap_location", "emergency", "A call from the app carries the caller's exact position"
)
LIVE_TRAFFIC: Final = Connection(
    "live_traffic", "emergency", "Drive times are those of the traffic as it is now, not of an ordinary day"
)
VITALS_STREAM: Final = Connection(
    "vitals_stream", "emergency", "Electrocardiogram and vital signs reach the hospital while the patient is on the way"
)
PATIENT_HISTORY: Final = Connection(
    "patient_history", "emergency", "The crew reads the patient's history on the way to him"
)
HOSPITAL_LOAD: Final = Connection(
    "hospital_load", "emergency", "The dispatch centre sees how many bays and laboratories are taken and waited for"
)

CONNECTIONS: Final = (ONE_TAP_LOCATION, LIVE_TRAFFIC, PATIENT_HISTORY, VITALS_STREAM, HOSPITAL_LOAD)
