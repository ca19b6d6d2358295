"""How the verdict says the KPIs of parking in plain words, and what kinds of lots are called."""

from __future__ import annotations

from typing import Final

from twin.charts.section import Finding

LOT_NAMES: Final = {
    "roadside_spaces": "spaces at the kerb",
    "public_lots": "public lots",
    "commercial_lots": "commercial lots",
    "office_lots": "office lots",
    "residential_lots": "residential lots",
    "hospital_lots": "hospitals' lots",
}

PARKING_FINDINGS: Final = (
    Finding(
        ("search_min.mean",),
        "Drivers look for a place {difference} less",
        "Drivers look for a place {difference} longer",
        "how long drivers look for a place",
    ),
    Finding(
        ("walk_m.mean",),
        "From the lot it is {difference} less to walk",
        "From the lot it is {difference} more to walk",
        "how far it is from the lot to the destination",
    ),
    Finding(
        ("fail_share",),
        "The share of drivers who find no place is {difference} lower",
        "The share of drivers who find no place is {difference} higher",
        "the share of drivers who find no place",
    ),
    Finding(
        ("cruising_share",),
        "The share of kilometres that are driven looking for a place is {difference} lower",
        "The share of kilometres that are driven looking for a place is {difference} higher",
        "the share of kilometres that are driven looking for a place",
    ),
)
