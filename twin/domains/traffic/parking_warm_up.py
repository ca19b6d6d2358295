"""Compiles the kernels of parking, with the types of a run's arrays."""

from __future__ import annotations

import numpy as np

from twin.kernels.barriers import Barriers, pass_barriers
from twin.kernels.fees import write_fees, write_lot_fees
from twin.kernels.led_parking import keep_places, park_or_look
from twin.kernels.lot_choice import Asking, Shown, ShownLots, show_lots
from twin.kernels.parking import Lots, Points, look_for_places


def compile_parking_kernels() -> None:
    """Let one driver see, choose, look for, enter and pay for one space."""
    one, bit, yes = np.zeros(1, np.int32), np.ones(1, np.uint8), np.ones(1, np.bool_)
    been, metres, row = np.zeros(1, np.uint32), np.zeros(1), np.zeros((1, 1), np.int32)
    lots = Lots(np.array([0, 1], np.int32), np.ones(1, np.int32), one.copy(), bit, one, one)
    points = Points(metres, metres, row)
    look_for_places(lots, points, one, one, bit, one, yes, been, one.copy(), one.copy())
    park_or_look(lots, points, one, one, bit, one, yes, one, yes, been, one.copy(), one.copy())
    keep_places(lots, one, bit, yes.copy())
    pass_barriers(Barriers(np.array([0, 1], np.int32), one, one.copy(), one.copy()), one, one, one.copy())
    prices = np.zeros((1, 5), np.int64)
    whole = np.zeros(1, np.int64)
    write_fees(whole, whole, prices, 0, whole.copy())
    write_lot_fees(whole, whole, prices, one, np.zeros(1, np.int16), 0, whole.copy())
    half = np.zeros(1, np.float32)
    shown = ShownLots(row, metres, metres, bit, one, one, prices, one, one, one, half)
    asking = Asking(one, metres, metres, metres, metres, bit, half, one, one)
    show_lots(shown, asking, 0, 0, 0.1, Shown.empty(1, 1))
