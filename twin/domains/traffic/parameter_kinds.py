"""What single parameters of the traffic domain are made of: numbers with bounds, and small records of them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.core.parameters import Duration, Frozen

Share = Annotated[float, Field(ge=0, le=1)]
Hour = Annotated[float, Field(ge=0, le=24)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
Kilometres = Annotated[float, Field(gt=0, le=200)]
Yuan = Annotated[float, Field(ge=0, le=10_000)]
Stop = Literal["home", "work", "school", "business", "leisure", "hospital"]
LotKind = Literal["roadside", "public", "commercial", "office", "residential", "hospital"]
Flow = Annotated[float, Field(ge=100, le=3000)]
LaneLength = Annotated[float, Field(ge=0, le=500)]
Leave = Literal["stay", "shift_end", "lunch", "midday", "pick_up"]


class ByDestination(Frozen):
    """A distance for each purpose with a gravity model, kilometres."""

    work: Kilometres
    school: Kilometres
    business: Kilometres
    leisure: Kilometres
    hospital: Kilometres


class ActivityShares(Frozen):
    """A share for each purpose whose attraction is by activity and residents."""

    work: Share
    school: Share
    business: Share
    leisure: Share


class DayFactors(Frozen):
    """A factor for each main purpose of a day."""

    work: Weight
    school: Weight
    business: Weight
    leisure: Weight
    hospital: Weight


class FrontageWeights(Frozen):
    """Weight of a metre of street by class; ``local`` stands for every class below tertiary."""

    trunk: Weight
    primary: Weight
    secondary: Weight
    tertiary: Weight
    local: Weight


class StayByPurpose(Frozen):
    """A duration for each purpose, minutes."""

    work: Duration
    school: Duration
    business: Duration
    leisure: Duration
    hospital: Duration
    home: Duration


class TimeOfDay(Frozen):
    """A normally distributed time of day."""

    mean_h: Hour
    sd_h: Annotated[float, Field(ge=0, le=6)]


class LeaveTimes(Frozen):
    """Times of day at which cars leave a stop."""

    lunch: TimeOfDay
    midday: TimeOfDay
    pick_up: TimeOfDay


class Shift(Frozen):
    """Working hours of a share of those who work."""

    share: Share
    start_h: Hour
    end_h: Hour
    start_sd_h: Annotated[float, Field(ge=0, le=6)]
    end_sd_h: Annotated[float, Field(ge=0, le=6)]


class DayPlan(Frozen):
    """What a car does on a day: from home to its stops, the last of which is home again.

    ``leaves`` says for each stop but the last how its end is found: after a drawn ``stay``, or at a time of day.
    """

    name: str
    begins: Literal["shift", "school", "free", "hospital"]
    stops: list[Stop] = Field(min_length=2, max_length=8)
    leaves: list[Leave]
    commuters: Share
    others: Share

    def factor(self, factors: DayFactors) -> float:
        """Return how usual the plan is on another kind of day: as its least usual purpose is."""
        return min(float(getattr(factors, purpose)) for purpose in self.stops if purpose != "home")

    @model_validator(mode="after")
    def _closed(self) -> Self:
        if self.stops[-1] != "home" or self.stops[0] == "home":
            raise ValueError("stops must begin away from home and end at home")
        if any(
            here == there for here, there in zip(self.stops, self.stops[1:], strict=False) if here in ("home", "work")
        ):
            raise ValueError("home must not follow home, nor work work")
        if len(self.leaves) != len(self.stops) - 1:
            raise ValueError("leaves must have one entry for each stop but the last")
        if "work" in self.stops and self.others > 0:
            raise ValueError("cars without a regular work place (others) must not stop at work")
        return self


class BusHours(Frozen):
    """From when until when buses set out."""

    from_h: Hour
    until_h: Hour


class CarEquivalents(Frozen):
    """Passenger cars for each kind of vehicle."""

    car: Weight
    through: Weight
    lorry: Weight
    bus: Weight


class ByOffStreetKind(Frozen):
    """A share for each kind of lot away from the kerb."""

    public: Share
    commercial: Share
    office: Share
    residential: Share
    hospital: Share


class OpeningHours(Frozen):
    """From when until when lots of a kind let cars in."""

    public: list[Hour] = Field(min_length=2, max_length=2)
    commercial: list[Hour] = Field(min_length=2, max_length=2)
    office: list[Hour] = Field(min_length=2, max_length=2)
    residential: list[Hour] = Field(min_length=2, max_length=2)
    hospital: list[Hour] = Field(min_length=2, max_length=2)


class Rates(Frozen):
    """Prices of one kind of place, yuan; where ``visit`` is above 0 it takes the place of the hourly ones."""

    first: Yuan
    second: Yuan
    later: Yuan
    night: Yuan
    visit: Yuan


class ZoneTariff(Frozen):
    """Prices in one zone."""

    roadside: Rates
    surface: Rates
    underground: Rates


class LaneFlows(Frozen):
    """Greatest flow of a lane for each class of road; ``local`` stands for every class below tertiary."""

    motorway: Flow
    trunk: Flow
    primary: Flow
    secondary: Flow
    tertiary: Flow
    local: Flow


class MayPark(Frozen):
    """The kinds of lots in which drivers park, by purpose of their stay."""

    home: list[LotKind]
    work: list[LotKind]
    school: list[LotKind]
    business: list[LotKind]
    leisure: list[LotKind]
    hospital: list[LotKind]


class TurnLanes(Frozen):
    """Metres of lane for those who wait to turn, for each class of road; ``local`` as in `LaneFlows`."""

    motorway: LaneLength
    trunk: LaneLength
    primary: LaneLength
    secondary: LaneLength
    tertiary: LaneLength
    local: LaneLength
