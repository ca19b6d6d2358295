"""What kinds of sources and of pollution there are; tables hold positions in these tuples (light: no numpy)."""

from __future__ import annotations

from typing import Final

PLANT_KINDS: Final = (
    "power", "boilers", "cement", "bricks", "refractories", "aluminium", "foundries", "chemicals", "food", "coating",
)  # fmt: skip
"""Kinds of enterprises."""
AREA_KINDS: Final = ("building_sites", "home_coal", "home_biomass", "roads")
"""What is no enterprise; a source is one of these or of `PLANT_KINDS`."""
KINDS: Final = (*PLANT_KINDS, *AREA_KINDS)

SPECIES: Final = ("pm25", "coarse", "so2", "nox", "voc")
"""What is emitted: fine particles, PM10 less PM2.5, sulphur dioxide, nitrogen oxides (as NO2), organic vapours."""
POLLUTANTS: Final = ("pm25", "pm10", "so2", "no2")
"""What stations measure."""

GROUPS: Final = ("coal", "process", "traffic", "dust", "biomass", "inorganic", "organic", "clean_air")
"""What fine particles come from, as the source apportionment has it; the last three have no source of their own."""
COAL_KINDS: Final = ("power", "boilers", "bricks", "home_coal")
DUST_KINDS: Final = ("building_sites",)
PRIMARY_GROUPS: Final = GROUPS[:5]

LEVELS: Final = ("none", "blue", "yellow", "orange", "red")
"""Levels of warning."""
RESTRICTIONS: Final = ("none", "lorries_inside_fourth_ring", "odd_even")
"""What may be ruled for traffic."""
MOST_STATIONS: Final = 20
STATION_NAMES: Final = tuple(f"station_{number}" for number in range(1, MOST_STATIONS + 1))
"""Names of the stations in KPIs, in the order of the parameter ``stations``."""


def group_of(kind: str) -> str:
    """Return the group of a kind's fine particles; roads' dust and exhaust count as traffic."""
    if kind in COAL_KINDS:
        return "coal"
    if kind in DUST_KINDS:
        return "dust"
    return {"home_biomass": "biomass", "roads": "traffic"}.get(kind, "process")
