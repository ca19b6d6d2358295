"""How the verdict says the air domain's KPIs in plain words, and what members of groupings are called."""

from __future__ import annotations

from typing import Final

from twin.charts.section import Finding
from twin.domains.air.kinds import STATION_NAMES

LEVEL_NAMES: Final = ("no warning", "blue", "yellow", "orange", "red")
MEMBER_NAMES: Final = {
    "coal": "from coal",
    "process": "from processes of industry",
    "traffic": "from traffic",
    "dust": "from building sites",
    "biomass": "from wood and straw",
    "inorganic": "secondary inorganic",
    "organic": "secondary organic",
    "clean_air": "with clean air",
    "blue": "blue",
    "yellow": "yellow",
    "orange": "orange",
    "red": "red",
    **{name: f"at station {number}" for number, name in enumerate(STATION_NAMES, 1)},
}
"""English names of the members of groupings, for titles and rows."""

FINDINGS: Final = (
    Finding(
        ("pm25_ugm3.mean",),
        "The stations measure {difference} less PM2.5",
        "The stations measure {difference} more PM2.5",
        "the PM2.5 that the stations measure",
    ),
    Finding(
        ("exposure_ugm3",),
        "Residents breathe {difference} less PM2.5",
        "Residents breathe {difference} more PM2.5",
        "what residents breathe",
    ),
    Finding(
        ("misses",),
        "Fewer bad days come without a warning, by {difference}",
        "More bad days come without a warning, by {difference}",
        "how many bad days come without a warning",
    ),
    Finding(
        ("false_alarms",),
        "Fewer warnings are false, by {difference}",
        "More warnings are false, by {difference}",
        "how many warnings are false",
    ),
    Finding(
        ("lead_time_h.mean",),
        "Bad air is warned of {difference} later",
        "Bad air is warned of {difference} sooner",
        "how early bad air is warned of",
    ),
    Finding(
        ("production_million_yuan",),
        "Measures cost {difference} less production",
        "Measures cost {difference} more production",
        "what measures cost",
    ),
    Finding(
        ("days_to_find.mean",),
        "Who cheats is found {difference} sooner",
        "Who cheats is found {difference} later",
        "how soon who cheats is found",
    ),
)
