"""How dear a space may be, beside what others around the destination cost, before a driver looks further.

Of drivers who would park in a lot at the tariff, a share stays that is the price to the power of the elasticity: who
has the uniform number ``u`` bears a price of ``u ** (1 / elasticity)``, of the tariff or, where that is less, of the
mean of the spaces around: cheap lots draw drivers from others. All trips are made whatever a space costs, and who finds
nothing within what he bears pays what is asked; so a price that rises everywhere sends nobody anywhere. The elasticity:
Pierce and Shoup (2013), see `twin.policies.traffic.prices.by_occupancy`; that drivers differ in this way is assumed.
Who comes home minds none: the elasticity is that of meters, at which visitors stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.kernels.parking import ANY_PRICE

if TYPE_CHECKING:
    from twin.domains.traffic.books import Books
    from twin.domains.traffic.car_parks import CarParks

MINDING: Final = "traffic.price_minding"


def draw_minding(draw: np.random.Generator, vehicles: int) -> pd.DataFrame:
    """Draw who minds prices how much: ``price_draw``, uniform, a row a vehicle."""
    return pd.DataFrame({"price_draw": draw.random(vehicles)})


def borne_levels(draws: NDArray[np.float64], elasticity: float) -> NDArray[np.float64]:
    """Return how many times the prices around each driver pays, from uniform numbers; same shape, 1 and more."""
    if elasticity == 0:
        return np.full(len(draws), ANY_PRICE)
    with np.errstate(divide="ignore"):
        return np.asarray(draws ** (1 / elasticity))


class PriceMinding:
    """Tells drivers who look for themselves what spaces cost, whenever that changes.

    Parameters
    ----------
    connected
        Lots in the app: only their prices change; shape (k,).
    """

    def __init__(
        self, lots: pd.DataFrame, books: Books, car_parks: CarParks, connected: NDArray[np.bool_], elasticity: float
    ) -> None:
        self._books, self._car_parks, self._nobody = books, car_parks, elasticity == 0
        self._first_fen = books.first_fen
        changes = connected & (self._first_fen > 0)
        self._spaces = np.where(changes, lots["spaces"].to_numpy(np.float64), 0.0)

    def learn(self) -> None:
        """Let drivers know the prices of now."""
        if self._nobody:
            return
        level = 1 + self._books.surcharge_fen / np.maximum(self._first_fen, 1)
        self._car_parks.set_levels(np.where(self._spaces > 0, level, 1.0), self._spaces)
