"""All sources of a city, made once and shared by replications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from twin.core.streams import Streams
from twin.domains.air.carried import CarriedGrid
from twin.domains.air.cells import Cells, people_xy_m
from twin.domains.air.kinds import PLANT_KINDS
from twin.domains.air.other_sources import draw_building_sites, home_sources, road_sources
from twin.domains.air.parameters import AirParameters
from twin.domains.air.plants import Draw, draw_plants
from twin.domains.air.receptors import Receptors
from twin.domains.air.road_patches import RoadPatches
from twin.domains.air.roads import RoadEmissions
from twin.domains.air.sources import Sources
from twin.domains.air.transport import Transport

if TYPE_CHECKING:
    from twin.city.city import City

INVENTORY_OF: Final = Streams(0, 0)
"""Which sources there are belongs to the city, not to the day: all seeds and replications have the same."""


@dataclass(frozen=True, eq=False)
class Inventory:
    """The sources and where what they emit is looked at.

    Attributes
    ----------
    cuts
        What the plan of each enterprise and building site leaves out, shape (levels, sources): none to red.
    heaviest_cut
        What an enterprise can leave out at most: its plan under red, shape (enterprises,).
    """

    sources: Sources
    roads: RoadEmissions
    receptors: Receptors
    transport: Transport
    carried: CarriedGrid
    cuts: np.ndarray[tuple[int, int], np.dtype[np.float64]]

    @property
    def heaviest_cut(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """See above."""
        return self.cuts[-1, : self.sources.plants]

    @classmethod
    def of(cls, city: City, parameters: AirParameters, plants: Sources | None = None) -> Inventory:
        """Draw and reckon the sources; ``plants`` are a user's own enterprises."""

        def draw(table: str) -> Draw:
            return lambda column: INVENTORY_OF("air", table, column)

        side_m = 1000 * parameters.area_km
        receptors = Receptors.of(city, parameters)
        patches = RoadPatches.of(city, receptors.station_xy_m, side_m)
        home_cells = Cells.holding(people_xy_m(city), side_m)
        own = plants if plants is not None else draw_plants(draw("plants"), city, parameters)
        sources = Sources.joined([
            own,
            draw_building_sites(draw("building_sites"), city, parameters),
            home_sources("home_coal", city, home_cells, parameters),
            home_sources("home_biomass", city, home_cells, parameters),
            road_sources(patches),
        ])  # fmt: skip
        roads = RoadEmissions(city, patches, parameters)
        transport = Transport(sources, receptors, side_m, patches, city_nights=parameters.city_nights)
        carried = CarriedGrid(sources, receptors, parameters)
        return cls(sources, roads, receptors, transport, carried, _cuts(sources, parameters))


def _cuts(sources: Sources, parameters: AirParameters) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    cuts = np.zeros((5, len(sources)))
    for code, kind in enumerate(PLANT_KINDS):
        own = sources.kind == code
        cuts[1:, own] = np.array(getattr(parameters.cuts, kind))[:, None]
    cuts[1:, sources.of_kind("building_sites")] = np.array(parameters.site_cuts)[:, None]
    return cuts
