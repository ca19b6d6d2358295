"""The parking app: it shows its users lots near their destinations and leads them where the brain's rule says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.domains.traffic.books import Books
from twin.domains.traffic.car_parks import CarParks
from twin.domains.traffic.connections import PARKING_APP
from twin.domains.traffic.decisions_parking import Drivers, LotChoiceView, NearLots, ParkAt
from twin.domains.traffic.network import Network
from twin.domains.traffic.parameters import TrafficParameters
from twin.domains.traffic.parking_feed import ParkingFeed
from twin.domains.traffic.questions_parking import LOT_CHOICE
from twin.domains.traffic.tariff import FEN
from twin.domains.traffic.trips import TripBook
from twin.kernels.lot_choice import NO_LOT, Asking, Shown, ShownLots, show_lots

if TYPE_CHECKING:
    from twin.core.model import Twin

NEAR: Final = 32
"""Lots that are looked through at most for those that a driver may use."""
ROUNDS: Final = 3
"""Who is refused a place that was to be kept is asked about at once, so often in all."""

Number = TypeVar("Number", bound=np.generic)
Positions = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Users:
    """Users of the app who ask in a step, shape (n,) each: their trips, and the junctions at which they are."""

    who: Positions
    trips: Positions
    junction: Positions

    def __len__(self) -> int:
        return len(self.who)

    def of(self, chosen: NDArray[np.bool_]) -> Users:
        """Return some of them."""
        return Users(self.who[chosen], self.trips[chosen], self.junction[chosen])


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()  # one that cannot be made writeable again, because its base is not


class ParkingApp:
    """Who uses the app, what it shows them, and where it leads them. v vehicles, k lots, t trips.

    Attributes
    ----------
    user
        Who has the app, shape (v,).
    times_led, times_turned_away
        How often each trip's driver was led to a lot, and found no room there; shape (t,).
    silent
        Whether nobody is ever led: `lead` need not be called.
    refused
        Places that could not be kept although the feed showed some, in all.
    """

    def __init__(
        self,
        twin: Twin,
        lots: pd.DataFrame,
        vehicles: pd.DataFrame,
        network: Network,
        car_parks: CarParks,
        parameters: TrafficParameters,
        feed: ParkingFeed,
        books: Books,
        trips: int,
    ) -> None:
        self._brain, self._network, self._car_parks, self._parameters = twin.brain, network, car_parks, parameters
        self._feed, self._books = feed, books
        setting = twin.brain.connection(PARKING_APP.name)
        share = setting.share if setting.on else 0.0
        self.user = vehicles["app_draw"].to_numpy() < share  # false for those who never park: NaN
        self.silent = twin.brain.is_silent(LOT_CHOICE) or not self.user.any() or not feed.connected.any()
        self._walk_m = vehicles["walk_m"].to_numpy(np.float32)
        self._value = vehicles["value_of_time_yuan_per_h"].to_numpy(np.float32)
        self._spaces = np.array(lots["spaces"], np.int32)
        self._lot_xy_m = network.node_xy_m[lots["node"].to_numpy()]
        self._lot_x_m, self._lot_y_m = self._lot_xy_m[:, 0].copy(), self._lot_xy_m[:, 1].copy()
        self._near = self._nearest_lots()
        self._seconds_a_metre = parameters.circuity * 3.6 / parameters.planned_speed_kmh
        self.times_led = np.zeros(trips, np.int8)
        self.times_turned_away = np.zeros(trips, np.int8)
        self._times_asked = np.zeros(len(vehicles), np.int8)
        self.refused = 0

    @property
    def connected(self) -> NDArray[np.bool_]:
        """Which lots are in the app, shape (k,)."""
        return self._feed.connected

    def _nearest_lots(self) -> Positions:
        """Return the connected lots nearest to each point, `NO_LOT` where there are no more; shape (p, any)."""
        from scipy.spatial import cKDTree

        rows = np.flatnonzero(self._feed.connected).astype(np.int32)
        count = min(NEAR, len(rows))
        if not count:
            return np.full((len(self._network.xy_m), 1), NO_LOT, np.int32)
        found = cKDTree(self._lot_xy_m[rows]).query(self._network.xy_m, k=np.arange(1, count + 1))
        apart_m, near = (np.asarray(column) for column in found)
        lots = rows[near]
        return np.take_along_axis(lots, np.lexsort((lots, apart_m), axis=1), axis=1)  # equals by their number

    def lead(
        self, book: TripBook, setting_out: Users, turned_away: Users, now_ms: int, time_s: float, time_of_day_ms: int
    ) -> None:
        """Ask where users are led who set out, or whom a lot has turned away; let them drive there.

        Whoever is not led, drives to his destination and looks there; who has been turned away looks where he is.
        """
        self._feed.report_if_due(now_ms, self._car_parks)
        self._times_asked[setting_out.who] = 0
        away = turned_away.of(self._car_parks.turned_away[turned_away.who] >= 0)
        self.times_turned_away[away.trips] += 1
        everybody = Users(
            np.concatenate([away.who, setting_out.who]),
            np.concatenate([away.trips, setting_out.trips]),
            np.concatenate([away.junction, setting_out.junction]),
        )
        avoid = self._car_parks.turned_away[everybody.who]
        self._car_parks.turned_away[away.who] = NO_LOT
        if not self._brain.works(PARKING_APP.name):
            return
        may_ask = self._times_asked[everybody.who] < self._parameters.app_asks
        asking, avoid = everybody.of(may_ask), avoid[may_ask]
        for _ in range(ROUNDS):
            asking, avoid = self._ask(book, asking, avoid, now_ms, time_s, time_of_day_ms)
            if not len(asking):
                break

    def _ask(
        self, book: TripBook, asking: Users, avoid: Positions, now_ms: int, time_s: float, time_of_day_ms: int
    ) -> tuple[Users, Positions]:
        """Ask once for those who see any lot; return who was refused, and which lots."""
        asking, shown = self._show(book, asking, avoid, now_ms, time_of_day_ms)
        if not len(asking):
            return asking, avoid[:0]
        view = self._view(book, asking, shown, now_ms, time_s)
        answer: ParkAt = self._brain.ask(LOT_CHOICE, view, time_s)
        self._times_asked[asking.who] += 1
        led = answer.place >= 0
        lots = view.lots.lot[led, answer.place[led]]
        followed = asking.of(led)
        accepted = self._car_parks.lead(followed.who, lots, book.purpose[followed.trips], keep=answer.keep)
        self.times_led[followed.trips[accepted]] += 1
        self.refused += int((~accepted).sum())
        return followed.of(~accepted), lots[~accepted]

    def _show(
        self, book: TripBook, asking: Users, avoid: Positions, now_ms: int, time_of_day_ms: int
    ) -> tuple[Users, Shown]:
        """Return those who see any lot, and what they see."""
        _, free, free_per_h = self._feed.seen(now_ms)
        links, node_xy_m = self._network.links, self._network.node_xy_m
        to_node = book.destination[asking.trips]
        from_xy_m, to_xy_m = node_xy_m[links.node[asking.junction]], node_xy_m[to_node]
        shown = Shown.empty(len(asking), self._parameters.app_lots)
        show_lots(
            ShownLots(
                self._near, self._lot_x_m, self._lot_y_m, *self._car_parks.doors,
                self._books.posted, free, self._car_parks.led_count, self._spaces, free_per_h,
            ),
            Asking(
                self._network.junction_point[links.node_junction[to_node]], from_xy_m[:, 0].copy(),
                from_xy_m[:, 1].copy(), to_xy_m[:, 0].copy(), to_xy_m[:, 1].copy(),
                self._car_parks.may_use(book.purpose[asking.trips]), self._walk_m[asking.who],
                book.stay_s[asking.trips], avoid,
            ),
            time_of_day_ms, round(60 * self._parameters.free_min), self._seconds_a_metre, shown,
        )  # fmt: skip
        sees = shown.lot[:, 0] >= 0
        return (asking, shown) if sees.all() else (asking.of(sees), shown.of(sees))

    def _view(self, book: TripBook, asking: Users, shown: Shown, now_ms: int, time_s: float) -> LotChoiceView:
        age_s = self._feed.seen(now_ms)[0]
        return LotChoiceView(
            time_s=time_s,
            asking=len(asking),
            feed_works=self._feed.works,
            feed_age_s=age_s,
            drivers=Drivers(
                driver=_read_only(asking.who.copy()),
                value_of_time_yuan_per_h=_read_only(self._value[asking.who]),
                walk_m=_read_only(self._walk_m[asking.who]),
                stay_s=_read_only(book.stay_s[asking.trips]),
                times_asked=_read_only(self._times_asked[asking.who]),
            ),
            lots=NearLots(
                lot=_read_only(shown.lot),
                walk_m=_read_only(shown.walk_m),
                price_yuan=_read_only((shown.price_fen / FEN).astype(np.float32)),
                drive_time_s=_read_only(shown.drive_s),
                spaces=_read_only(shown.spaces),
                free=_read_only(shown.free),
                led=_read_only(shown.led),
                free_per_h=_read_only(shown.free_per_h),
            ),
        )
