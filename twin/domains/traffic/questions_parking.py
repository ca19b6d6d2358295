"""The questions about parking: each with its view, its answers, and what makes an answer illegal."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Decision
from twin.domains.traffic.decisions_parking import (
    LotChoiceView,
    NightOpeningView,
    OpenLots,
    ParkAt,
    PricesView,
    SetPrices,
)

HIGHEST_SURCHARGE_FEN: Final = 10_000


def _place_objection(view: LotChoiceView, answer: ParkAt) -> str | None:
    import numpy as np

    place = answer.place
    if not isinstance(place, np.ndarray) or place.dtype.kind not in "iu" or place.shape != (len(view.drivers),):
        return "place must be an array of whole numbers, one for each driver"
    if not isinstance(answer.keep, bool):
        return "keep must be True or False"
    columns = view.lots.lot.shape[1]
    if len(place) and (place.min() < -1 or place.max() >= columns):
        return f"place must lie within -1..{columns - 1}"
    chosen = view.lots.lot[np.arange(len(place)), np.maximum(place, 0)]
    wrong = np.flatnonzero((place >= 0) & (chosen < 0))
    return f"driver {view.drivers.driver[wrong[0]]} has no lot at place {place[wrong[0]]}" if len(wrong) else None


LOT_CHOICE: Final = Decision(
    "lot_choice",
    "traffic",
    "To which lot is each of these drivers led?",
    LotChoiceView,
    (ParkAt,),
    _place_objection,
    "look_yourself",
)


def _price_objection(view: PricesView, answer: SetPrices) -> str | None:
    import numpy as np

    surcharge = answer.surcharge_fen
    if not isinstance(surcharge, np.ndarray) or surcharge.dtype.kind not in "iu" or surcharge.shape != (len(view),):
        return "surcharge_fen must be an array of whole numbers, one for each lot"
    wrong = np.flatnonzero((surcharge < -view.tariff_fen) | (surcharge > HIGHEST_SURCHARGE_FEN))
    if not len(wrong):
        return None
    lot, least = view.lot[wrong[0]], -view.tariff_fen[wrong[0]]
    return f"surcharge_fen of lot {lot} must lie within {least}..{HIGHEST_SURCHARGE_FEN}"


PRICES: Final = Decision(
    "prices",
    "traffic",
    "What does an hour cost in each lot of the app?",
    PricesView,
    (SetPrices,),
    _price_objection,
    "fixed",
)


def _opening_objection(view: NightOpeningView, answer: OpenLots) -> str | None:
    import numpy as np

    opened = answer.opened
    if not isinstance(opened, np.ndarray) or opened.dtype.kind != "b" or opened.shape != (len(view),):
        return "opened must be an array of True and False, one for each lot"
    return None


NIGHT_OPENING: Final = Decision(
    "night_opening",
    "traffic",
    "Which private lots are open to everybody tonight?",
    NightOpeningView,
    (OpenLots,),
    _opening_objection,
    "keep_closed",
)

DECISIONS: Final = (LOT_CHOICE, PRICES, NIGHT_OPENING)
