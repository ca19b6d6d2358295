"""The air of a city and of the region around it, as boxes: what pollution becomes when it is older than an hour.

Two square boxes, the city in the region, each with a mixed layer below and what is left of yesterday's above it. Air of
the region blows into the city, clean air into the region. What is near the ground settles, rain washes out, precursors
turn into fine particles. That is the memory of the model: how long it lasts follows from wind and size, a day and more
in the region when air stagnates.

Everything is linear in emissions: rates depend on weather alone. Mass is conserved to rounding: what has been emitted
or blown in is in the air, or has settled, or has blown out (`AirMass.budget`).

Notes
-----
The mixed-layer box with entrainment of a residual layer is the textbook's (Seinfeld and Pandis 2016, Atmospheric
Chemistry and Physics, chapter 25). Rates are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OTHERS: Final = ("coarse", "so2", "nox", "voc", "inorganic", "organic")
"""Tracers after the groups of primary fine particles."""
COARSE, SO2, NOX, VOC, INORGANIC, ORGANIC = range(-6, 0)
CITY, REGION = range(2)
GROUND, ALOFT = range(2)
HOUR_S: Final = 3600.0
_MICROGRAMS: Final = 1e6
_THINNEST_ALOFT_M: Final = 50.0
_DRY_PERCENT, _HUMID_PERCENT = 50.0, 90.0
_MOST_HUMID: Final = 1.25
_EVAPORATION_WIDTH_C: Final = 3.0


@dataclass(frozen=True, slots=True)
class AirMassSetting:
    """What the boxes are like; see the parameters of the air domain for meaning and sources.

    Attributes
    ----------
    deposition_mps
        For each tracer, shape (tracers,): groups of primary fine particles, then `OTHERS`.
    wind_factors
        Mean wind of the mixed layer for each m/s at 10 m, for classes A to F.
    oxidation_per_h, particle_mass
        For SO2, NOx and organic vapours.
    clean_ugm3
        What the air that comes into the region holds, by tracer.
    inorganic_factor, organic_factor
        What the two yields of secondary particles are multiplied by.
    """

    city_m: float
    region_m: float
    top_m: float
    wind_factors: tuple[float, ...]
    least_wind_mps: float
    deposition_mps: Floats
    washout_per_mm: float
    oxidation_per_h: tuple[float, float, float]
    particle_mass: tuple[float, float, float]
    humid_factor: float
    evaporates_c: float
    clean_ugm3: Floats
    inorganic_factor: float = 1.0
    organic_factor: float = 1.0


class Hour(NamedTuple):
    """The weather of an hour; each a number, or shape (members,), but for the class (0 to 5, of open country)."""

    wind_mps: Floats
    mixing_height_m: Floats
    humidity_percent: Floats
    temperature_c: Floats
    rain_mm: Floats
    stability: int


class Turning(NamedTuple):
    """What a precursor loses in an hour to a product, as a share, and what a gram of it makes."""

    precursor: int
    product: int
    lost: Floats
    gain: Floats


def depths(setting: AirMassSetting, height_m: Floats) -> Floats:
    """Return the thickness of the layers, layers first."""
    return np.stack([height_m, np.maximum(setting.top_m - height_m, _THINNEST_ALOFT_M)])


def moved_shares(setting: AirMassSetting, before_m: Floats, now_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mixed layer's new height, what share of it stays above, and what share of the air above joins it."""
    new = np.minimum(now_m, setting.top_m - _THINNEST_ALOFT_M)
    depth = depths(setting, before_m)
    return new, np.maximum(before_m - new, 0.0) / depth[GROUND], np.maximum(new - before_m, 0.0) / depth[ALOFT]


def lost_to_ground(setting: AirMassSetting, depth_m: Floats, rain_mm: Floats) -> tuple[Floats, Floats]:
    """Return the rates for an hour at which the mixed layer, so deep, and what is above it lose what they hold."""
    washed = setting.washout_per_mm * np.asarray(rain_mm)
    soluble = np.ones((len(setting.deposition_mps), 1))
    soluble[VOC] = 0.0
    settles = setting.deposition_mps[:, None] / depth_m * HOUR_S
    return settles + washed * soluble, washed * soluble


def turnings(setting: AirMassSetting, hour: Hour) -> list[Turning]:
    """Return how precursors turn into fine particles in an hour."""
    damp = (np.asarray(hour.humidity_percent) - _DRY_PERCENT) / (_HUMID_PERCENT - _DRY_PERCENT)
    factor = 1 + (setting.humid_factor - 1) * np.clip(damp, 0.0, _MOST_HUMID)
    cold = 1 / (1 + np.exp((np.asarray(hour.temperature_c) - setting.evaporates_c) / _EVAPORATION_WIDTH_C))
    found: list[Turning] = []
    for place, (precursor, product) in enumerate(((SO2, INORGANIC), (NOX, INORGANIC), (VOC, ORGANIC))):
        lost = -np.expm1(-setting.oxidation_per_h[place] * factor)
        share = cold if precursor == NOX else np.ones_like(cold)
        fitted = setting.organic_factor if precursor == VOC else setting.inorganic_factor
        found.append(Turning(precursor, product, lost, setting.particle_mass[place] * share * fitted))
    return found


class AirMass:
    """What the air holds now.

    Attributes
    ----------
    ugm3
        Concentrations, shape (boxes, layers, tracers, members).
    height_m
        Height of the mixed layer, shape (members,).
    budget
        Grams since the beginning, by tracer and member: ``in`` (emitted and blown in), ``out`` (blown out and settled),
        ``turned`` (gained less lost by chemistry), each shape (boxes, tracers, members).
    """

    def __init__(self, setting: AirMassSetting, members: int = 1) -> None:
        self.setting = setting
        tracers = len(setting.deposition_mps)
        self.ugm3 = np.zeros((2, 2, tracers, members))
        self.ugm3[REGION] = setting.clean_ugm3[:, None]
        self.ugm3[CITY] = setting.clean_ugm3[:, None]
        self.height_m = np.full(members, 300.0)
        self.budget = {name: np.zeros((2, tracers, members)) for name in ("in", "out", "turned")}

    def many(self, members: int) -> AirMass:
        """Return so many copies of the first member, side by side, with budgets that begin anew."""
        other = AirMass(self.setting, members)
        other.ugm3 = np.repeat(self.ugm3[..., :1], members, axis=-1)
        other.height_m = np.repeat(self.height_m[:1], members)
        return other

    def grams(self, box: int) -> Floats:
        """Return the grams of each tracer in a box, shape (tracers, members)."""
        depth = depths(self.setting, self.height_m)
        area = (self.setting.city_m, self.setting.region_m)[box] ** 2
        return np.asarray((self.ugm3[box] * depth[:, None, :]).sum(axis=0) * area / _MICROGRAMS)

    def step(self, hour: Hour, city_gps: Floats, region_gpsm2: Floats, inflow: Floats) -> None:
        """Let an hour pass.

        Parameters
        ----------
        city_gps
            Emission into the city's layers, grams a second, shape (layers, tracers, members or 1).
        region_gpsm2
            Emission of the region for each m², shape (tracers, members or 1).
        inflow
            What the region's air is multiplied by where it enters the city, shape (members or 1,).
        """
        self._mix(np.broadcast_to(hour.mixing_height_m, self.height_m.shape))
        setting = self.setting
        wind = np.maximum(setting.wind_factors[hour.stability] * np.asarray(hour.wind_mps), setting.least_wind_mps)
        before = self.ugm3[REGION].copy()
        flux = np.zeros((2, *region_gpsm2.shape))
        flux[GROUND] = region_gpsm2
        self._exchange(REGION, hour, wind, flux, np.broadcast_to(setting.clean_ugm3[:, None], before.shape))
        between = (before + self.ugm3[REGION]) / 2 * inflow
        self._exchange(CITY, hour, wind, city_gps / setting.city_m**2, between)
        self._turn(hour)

    def _mix(self, height_m: Floats) -> None:
        """Let the mixed layer grow into what is above it, or leave a part of itself there."""
        grams = self.ugm3 * depths(self.setting, self.height_m)[:, None, :]
        new, shrunk, grown = moved_shares(self.setting, self.height_m, height_m)
        up, down = grams[:, GROUND] * shrunk, grams[:, ALOFT] * grown
        self.height_m = new
        depth = depths(self.setting, new)
        self.ugm3[:, GROUND] = (grams[:, GROUND] - up + down) / depth[GROUND]
        self.ugm3[:, ALOFT] = (grams[:, ALOFT] + up - down) / depth[ALOFT]

    def _exchange(self, box: int, hour: Hour, wind: Floats, flux: Floats, blown_in: Floats) -> None:
        """Let emissions come in, air blow through, and matter settle; exact for constant rates within the hour."""
        setting, depth = self.setting, depths(self.setting, self.height_m)
        side_m = (setting.city_m, setting.region_m)[box]
        through = wind / side_m * HOUR_S
        for layer, lost in enumerate(lost_to_ground(setting, depth[GROUND], hour.rain_mm)):
            rate = through + lost
            given = flux[layer] * HOUR_S * _MICROGRAMS / depth[layer]
            came = given + (blown_in[layer] if blown_in.ndim == 3 else blown_in) * through
            old = self.ugm3[box, layer]
            new = old * np.exp(-rate) - came * np.expm1(-rate) / rate
            scale = depth[layer] * side_m**2 / _MICROGRAMS
            self.budget["in"][box] += came * scale
            self.budget["out"][box] += (came - (new - old)) * scale
            self.ugm3[box, layer] = new

    def _turn(self, hour: Hour) -> None:
        """Let precursors turn into fine particles."""
        depth = depths(self.setting, self.height_m)
        area = np.array([self.setting.city_m, self.setting.region_m])[:, None] ** 2
        for precursor, product, share, gain in turnings(self.setting, hour):
            lost = self.ugm3[:, :, precursor] * share
            gained = lost * gain
            self.ugm3[:, :, precursor] -= lost
            self.ugm3[:, :, product] += gained
            self.budget["turned"][:, precursor] -= (lost * depth).sum(axis=1) * area / _MICROGRAMS
            self.budget["turned"][:, product] += (gained * depth).sum(axis=1) * area / _MICROGRAMS
