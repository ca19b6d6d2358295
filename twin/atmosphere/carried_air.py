"""What a city gave off more than an hour ago, carried by the wind on a grid in two layers.

It begins where plumes of an hour end: what is given off in an hour enters the grid in the next, along the way that it
has come since. From then on the grid moves with the wind as a whole, by whole cells as seen from the ground and a rest
that is kept, so that moving smears nothing; it mixes sideways, with what is above the mixed layer as that grows and
shrinks, settles, is washed out and turns into particles by the same rates as the boxes' air
(`twin.atmosphere.air_mass`). Where the wind turns, so does what it carries; in calm it stays where it is.

All of it is linear in emissions, and nothing is lost: what has come in is in the air, has settled, has left the grid or
has turned (`CarriedAir.budget`).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.air_mass import (
    ALOFT,
    GROUND,
    HOUR_S,
    AirMassSetting,
    Hour,
    depths,
    lost_to_ground,
    moved_shares,
    turnings,
)
from twin.atmosphere.grid import Grid
from twin.kernels.carried_air import add_moved
from twin.kernels.old_air import add_old_air, mix_sideways, mix_upwards, shift_cells

Floats = NDArray[np.float64]

CELLS_A_LOOK: Final = 1.5
"""The hour is cut into steps in which nothing moves farther than so many cells."""
FEWEST_STEPS: Final = 2
_SMALL_VARIANCE: Final = 0.3
"""Of cells squared: below, what is mixed sideways goes to the next cell only; above, a bell curve will do."""
_FIRST_HEIGHT_M: Final = 300.0


class Way(NamedTuple):
    """How far and where the wind of an hour goes.

    Attributes
    ----------
    east, north
        Direction, of length 1.
    plume_m
        What is given off has come so far when it is an hour old.
    carried_m
        Older air goes so far in the hour.
    """

    east: float
    north: float
    plume_m: float
    carried_m: float


@dataclass(frozen=True, eq=False)
class Places:
    """Where the air is looked at.

    Attributes
    ----------
    x_m, y_m
        Places at which every tracer is wanted.
    summed_x_m, summed_y_m
        Places at which the sum of some tracers is.
    summed
        Which these are, shape (tracers,).
    """

    x_m: Floats
    y_m: Floats
    summed_x_m: Floats
    summed_y_m: Floats
    summed: NDArray[np.bool_]


class Budget(NamedTuple):
    """Grams since the beginning, shape (members, tracers) each; see `CarriedAir`."""

    emitted_g: Floats
    turned_g: Floats
    settled_g: Floats
    left_g: Floats
    in_air_g: Floats


class CarriedAir:
    """The air that the city has given off.

    Parameters
    ----------
    grid
        The ground below; what leaves it does not come back.
    setting
        Rates, as of the boxes.
    mixing_m2ps
        How fast neighbouring air mixes sideways.
    members
        How many are carried side by side by the same wind.
    """

    def __init__(self, grid: Grid, setting: AirMassSetting, mixing_m2ps: float, members: int = 1) -> None:
        self.grid, self.setting, self.members = grid, setting, members
        self.tracers = len(setting.deposition_mps)
        self.mass_g = np.zeros((members * self.tracers, 2, grid.rows, grid.columns))
        self.height_m = _FIRST_HEIGHT_M
        self._weights = sideways_weights(2.0 * mixing_m2ps * HOUR_S / grid.cell_m**2)
        self._drift_m = np.zeros(2)
        self._came_m: Floats | None = None
        self._emitted_g, self._turned_g, self._settled_g, self._left_g = np.zeros((4, members * self.tracers))

    def copy(self) -> CarriedAir:
        """Return the same air, to be lived on apart from this one."""
        shared = (self.grid, self.setting, self._weights)
        return deepcopy(self, {id(each): each for each in shared})

    def budget(self) -> Budget:
        """Return what came in and where it is."""
        each = (self._emitted_g, self._turned_g, self._settled_g, self._left_g, self.mass_g.sum(axis=(1, 2, 3)))
        return Budget(*(column.reshape(self.members, self.tracers).copy() for column in each))

    def hour(self, hour: Hour, way: Way, given_gps: Floats, places: Places) -> tuple[Floats, Floats]:
        """Live through an hour.

        Parameters
        ----------
        hour, way
            Its weather.
        given_gps
            What cells gave off in the hour before, shape (members, tracers, layers, rows, columns).

        Returns
        -------
        tuple
            Means of the hour near the ground, µg/m³: shape (members, tracers, places), and the sums, shape (members,
            places of sums).
        """
        self._mix(float(hour.mixing_height_m))
        given = given_gps.reshape(self.mass_g.shape)
        towards = np.array([way.east, way.north])
        came = towards * way.plume_m
        before = came if self._came_m is None else self._came_m
        reach = max(way.carried_m, way.plume_m, float(np.hypot(*before)))
        steps = max(FEWEST_STEPS, int(np.ceil(reach / (CELLS_A_LOOK * self.grid.cell_m))))
        found = np.zeros((len(self.mass_g), len(places.x_m)))
        summed = np.zeros((self.members, len(places.summed_x_m)))
        self._look(found, summed, places, 0.5 / steps)
        for step in range(steps):
            passed = (step + 0.5) / steps
            self._drift_m += towards * (0.5 * way.carried_m / steps)
            self._release(given, HOUR_S / steps, (1.0 - passed) * before + passed * came)
            self._drift_m += towards * (0.5 * way.carried_m / steps)
            self._keep_in_place()
            if step == (steps - 1) // 2:
                self._age(hour)
            self._look(found, summed, places, (1.0 if step < steps - 1 else 0.5) / steps)
        self._came_m = came
        return found.reshape(self.members, self.tracers, -1), summed

    def _mix(self, height_m: float) -> None:
        """Let the mixed layer grow into what is above it, or leave a part of itself there."""
        new, shrunk, grown = moved_shares(self.setting, np.array(self.height_m), np.array(height_m))
        self.height_m = float(new)
        shares = np.zeros((3, 2))
        shares[GROUND] = 1.0 - shrunk, grown
        shares[ALOFT] = shrunk, 1.0 - grown
        mix_upwards(self.mass_g, np.repeat(shares[None], len(self.mass_g), axis=0), self._settled_g)

    def _release(self, given_gps: Floats, lasts_s: float, came_m: Floats) -> None:
        """Let in what is an hour old, where it has come to."""
        self._emitted_g += given_gps.sum(axis=(1, 2, 3)) * lasts_s
        east, north = (came_m - self._drift_m) / self.grid.cell_m
        add_moved(self.mass_g, given_gps, lasts_s, float(east), float(north), self._left_g)

    def _keep_in_place(self) -> None:
        """Take the grid back by whole cells to where it belongs."""
        whole = np.rint(self._drift_m / self.grid.cell_m)
        if whole.any():
            shift_cells(self.mass_g, int(whole[0]), int(whole[1]), self._left_g)
            self._drift_m -= whole * self.grid.cell_m

    def _age(self, hour: Hour) -> None:
        """Mix sideways, settle, wash out and turn, as much as in an hour."""
        mix_sideways(self.mass_g, self._weights, self._left_g)
        rates = lost_to_ground(self.setting, np.array(self.height_m), hour.rain_mm)
        shares = np.zeros((self.tracers, 3, 2))
        for layer, rate in enumerate(rates):
            shares[:, layer, layer] = np.exp(-rate[:, 0])
            shares[:, 2, layer] = -np.expm1(-rate[:, 0])
        mix_upwards(self.mass_g, np.tile(shares, (self.members, 1, 1)), self._settled_g)
        mass = self.mass_g.reshape(self.members, self.tracers, -1)
        turned = self._turned_g.reshape(self.members, self.tracers)
        for precursor, product, share, gain in turnings(self.setting, hour):
            lost = mass[:, precursor] * share
            mass[:, precursor] -= lost
            turned[:, precursor] -= lost.sum(axis=-1)
            lost *= gain
            mass[:, product] += lost
            turned[:, product] += lost.sum(axis=-1)

    def _look(self, found: Floats, summed: Floats, places: Places, part: float) -> None:
        """Add a part of what places see now."""
        frame = (self.grid.west_m + self._drift_m[0], self.grid.south_m + self._drift_m[1], self.grid.cell_m)
        depth = float(depths(self.setting, np.array(self.height_m))[GROUND])
        if len(places.x_m):
            add_old_air(found, self.mass_g, places.x_m, places.y_m, frame, depth, part)
        if len(places.summed_x_m):
            ground = self.mass_g.reshape(self.members, self.tracers, *self.mass_g.shape[1:])[:, places.summed, GROUND]
            whole = np.ascontiguousarray(ground.sum(axis=1)[:, None])
            add_old_air(summed, whole, places.summed_x_m, places.summed_y_m, frame, depth, part)


def sideways_weights(variance: float) -> Floats:
    """Return the shares of a cell that stay, and that go one, two... cells to either side.

    Parameters
    ----------
    variance
        Of where they go, cells squared.
    """
    if variance < _SMALL_VARIANCE:
        return np.array([1.0 - variance, 0.5 * variance])
    away = np.arange(int(np.ceil(4.0 * np.sqrt(variance))) + 1)
    weights: Floats = np.exp(-0.5 * away**2 / variance)
    weights /= 2.0 * weights.sum() - weights[0]
    return weights
