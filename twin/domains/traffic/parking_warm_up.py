"""Compiles the kernels of parking, with the types of a run's arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twin.domains.traffic.trips import TripBook
from twin.kernels.arrivals import Customs, Ground, Seekers, arrive
from twin.kernels.barriers import Barriers, pass_barriers
from twin.kernels.fees import write_fees, write_lot_fees
from twin.kernels.led_parking import keep_places
from twin.kernels.lot_choice import Asking, Shown, ShownLots, show_lots
from twin.kernels.parking import Lots, Points, look_for_places, write_points_within_price
from twin.kernels.setting_out import Journeys, SettingOut, Whereabouts, set_out


def _one_barrier() -> Barriers:
    one = np.zeros(1, np.int32)
    return Barriers(np.array([0, 1], np.int32), one, one.copy(), one.copy())


def _arrive_once(lots: Lots, points: Points) -> None:
    """Let one car set out twice, and look for a place in between."""
    one, none, no = np.zeros(1, np.int32), np.full(1, -1, np.int32), np.zeros(1, np.bool_)
    columns = {name: [0, 0] for name in ("vehicle", "origin_node", "destination_node", "depart_ms", "stay_s")}
    trips = pd.DataFrame(columns, dtype=np.int32).assign(purpose=np.zeros(2, np.int8))
    book = TripBook(trips, 1, 0, 1000, 2)
    who, time_ms = book.due(0)
    stops = book.stops(np.zeros(2, np.int16))
    level = np.ones(1)
    seekers = Seekers(
        one.copy(), one.copy(), np.zeros(1, np.uint32), none, no, none.copy(), no.copy(), no.copy(), level
    )
    ground = Ground(lots, points, one, _one_barrier(), one.copy(), one.copy(), one, level, level)
    customs = Customs(np.ones(1, np.uint8), ~no, 1, 1000)
    journeys = Journeys(book.vehicle, book.origin, book.destination, none, book.departed_ms, book.left_ms)
    set_out(stops, seekers, customs, journeys, Whereabouts(one, one, one), who, time_ms, SettingOut.of(1))
    arrive(stops, seekers, ground, customs, who, time_ms, 0, 86_400_000, *np.empty((4, 1), np.int32))
    book.plan_next(who, 0.5, 1000)


def compile_parking_kernels() -> None:
    """Let one driver see, choose, look for, enter and pay for one space."""
    one, bit, yes = np.zeros(1, np.int32), np.ones(1, np.uint8), np.ones(1, np.bool_)
    been, metres, row = np.zeros(1, np.uint32), np.zeros(1), np.zeros((1, 1), np.int32)
    lots = Lots(np.array([0, 1], np.int32), np.ones(1, np.int32), one.copy(), bit, one, one)
    points = Points(metres, metres, row)
    look_for_places(lots, points, one, one, bit, one, yes, been, one.copy(), one.copy())
    write_points_within_price(lots, points, one, bit, one, np.ones(1), np.ones(1), one.copy())
    _arrive_once(lots, points)
    keep_places(lots, one, bit, yes.copy())
    pass_barriers(_one_barrier(), one, one, one.copy())
    prices = np.zeros((1, 5), np.int64)
    whole = np.zeros(1, np.int64)
    write_fees(whole, whole, prices, 0, whole.copy())
    write_lot_fees(whole, whole, prices, one, np.zeros(1, np.int16), 0, whole.copy())
    half = np.zeros(1, np.float32)
    shown = ShownLots(row, metres, metres, bit, one, one, prices, one, one, one, half)
    asking = Asking(one, metres, metres, metres, metres, bit, half, one, one)
    show_lots(shown, asking, 0, 0, 0.1, Shown.empty(1, 1))
