"""How the verdict says the elevator domain's KPIs in plain words, and what members of groupings are called."""

from __future__ import annotations

from typing import Final

from twin.charts.section import Finding

MEMBER_NAMES: Final = {
    "residential": "in housing",
    "office": "in offices",
    "mall": "in malls",
    "hospital": "in hospitals",
    "hotel": "in hotels",
    "station": "in stations",
    "other": "in other buildings",
    "human": "by misuse",
    "rubbish": "by rubbish in the door",
    "power": "by a failure of power",
    "water_heat": "by water or heat",
    "door": "by the door system",
    "drive": "by the drive",
    "control": "by the control",
    "power_cut": "in a power cut of the scenario",
    "flood": "in a flood of the scenario",
    "oracle": "if the true hazard were known",
}
"""English names of the members of groupings, for titles and rows."""

FINDINGS: Final = (
    Finding(
        ("trapped_min.mean",),
        "The trapped are free {difference} sooner",
        "The trapped are free {difference} later",
        "how soon the trapped are free",
    ),
    Finding(
        ("over_30_min",),
        "Fewer wait over 30 minutes, by {difference}",
        "More wait over 30 minutes, by {difference}",
        "how many are trapped for over 30 minutes",
    ),
    Finding(
        ("entrapments",),
        "Elevators trap people {difference} less often",
        "Elevators trap people {difference} more often",
        "how often elevators trap people",
    ),
    Finding(
        ("faults",),
        "Elevators stop for a fault {difference} less often",
        "Elevators stop for a fault {difference} more often",
        "how often elevators stop for a fault",
    ),
    Finding(
        ("prevented_per_1000_visits",),
        "1,000 visits prevent {difference} fewer faults",
        "1,000 visits prevent {difference} more faults",
        "what a visit prevents",
    ),
)
