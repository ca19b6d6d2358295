"""Air that remembers: puffs carried by the hours' winds, and the old air that they become.

Every few minutes each source gives off a puff, which is carried, grows, settles and may be locked below a lid or
above it. Once it is wider than a cell it joins a grid of old air in layers, which moves with the wind as a whole.
Nothing is lost: what was emitted is in the air, on the ground, or has left the area. All of it is linear in the
emissions, and where puffs go does not depend on them, so that a policy may change an emission from one hour to the
next.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.atmosphere.carried_air import sideways_weights
from twin.atmosphere.conditions import Conditions, Setting, air_of
from twin.atmosphere.grid import Grid
from twin.atmosphere.lines import Roads
from twin.atmosphere.parameters import shipped
from twin.atmosphere.plumes import RECEPTOR_HEIGHT_M, PointSources, stacks_in
from twin.atmosphere.wind_profile import MEASURED_AT_M, exponent_of
from twin.kernels.old_air import add_old_air, hand_over, mix_sideways, mix_upwards, shift_cells
from twin.kernels.puffs import Now, Puffs, Seen, change_air, step_puffs

Floats = NDArray[np.float64]

HOUR_S: Final = 3600.0
_MIXED_AT_M: Final = 10_000.0
"""Old air mixes as a plume of the hour's class does at this distance."""


@dataclass(frozen=True)
class PuffPlan:
    """How finely puffs are reckoned.

    Attributes
    ----------
    steps_per_hour
        How often each source gives off a puff.
    old_after_h
        Puffs join the old air after so long, if they have not become wide before.
    wide_m
        Crosswind spread from which they do.
    cell_m
        Of the old air's grid.
    margin_m
        By how much it reaches beyond the receptors on each side: what leaves it does not come back.
    tops_m
        Of its layers.
    carried_at_m
        Height whose wind carries old air.
    """

    steps_per_hour: int = int(shipped("puffs_per_hour"))
    old_after_h: float = shipped("puff_old_after_h")
    wide_m: float = shipped("puff_wide_m")
    cell_m: float = shipped("old_air_cell_m")
    margin_m: float = shipped("old_air_margin_m")
    tops_m: tuple[float, ...] = (25.0, 75.0, 125.0, 175.0, 250.0, 350.0, 500.0, 750.0, 1100.0, 2500.0)
    carried_at_m: float = shipped("old_air_carried_at_m")

    def __post_init__(self) -> None:
        if self.steps_per_hour < 1 or not min(self.old_after_h, self.wide_m, self.cell_m, self.carried_at_m) > 0.0:
            raise ValueError("a plan of puffs needs steps_per_hour of at least 1, and sizes above 0")
        if not self.margin_m >= 0.0:
            raise ValueError("margin_m must not be negative")
        if list(self.tops_m) != sorted(set(self.tops_m)) or not self.tops_m or self.tops_m[0] <= 0.0:
            raise ValueError("tops_m must rise from above 0")


class Budget(NamedTuple):
    """Grams of each tracer, shape (tracers,): emitted, and where it is."""

    emitted_g: Floats
    in_puffs_g: Floats
    in_old_air_g: Floats
    deposited_g: Floats
    left_g: Floats

    @property
    def missing_share(self) -> Floats:
        """What is unaccounted for, as a share of what was emitted."""
        found = self.in_puffs_g + self.in_old_air_g + self.deposited_g + self.left_g
        return np.abs(self.emitted_g - found) / np.maximum(self.emitted_g, 1e-300)


class PuffModel:
    """The air of one city over some hours.

    Parameters
    ----------
    sources
        What gives off puffs; roads as areas, by `areas_of_roads`.
    conditions
        The air of all hours to come.
    grid
        Its cells' centres are receptors.
    x_m, y_m
        More receptors: stations, say.
    height_m
        Of all receptors.
    deposition_mps
        Of each tracer, the speed at which it settles; as many as there are tracers.
    setting
        Surroundings and least wind; its own deposition is not used.
    plan
        How finely puffs are reckoned.

    Examples
    --------
    >>> one = PointSources(*(np.array([value]) for value in (0.0, 0.0, 30.0, 1.0, 20.0, 5.0)))
    >>> hours = Conditions(np.full(2, 2.0), np.full(2, 270.0), np.full(2, 20.0), np.full(2, 3), np.full(2, 800.0))
    >>> air = PuffModel(one, hours, Grid(0.0, -2000.0, 500.0, 8, 8), [1000.0], [0.0])
    >>> air.hour(np.array([[10.0]])).shape
    (1, 65)
    """

    def __init__(
        self,
        sources: PointSources,
        conditions: Conditions,
        grid: Grid,
        x_m: ArrayLike = (),
        y_m: ArrayLike = (),
        height_m: float = RECEPTOR_HEIGHT_M,
        deposition_mps: Sequence[float] = (0.0,),
        setting: Setting | None = None,
        plan: PuffPlan | None = None,
    ) -> None:
        self.setting, self.plan = setting or Setting(), plan or PuffPlan()
        self.sources, self.conditions = sources, conditions
        self.deposition_mps = np.array(deposition_mps, np.float64)
        if self.deposition_mps.ndim != 1 or not len(self.deposition_mps) or np.any(self.deposition_mps < 0.0):
            raise ValueError("deposition_mps needs a number that is not negative for each tracer")
        x, y = np.array(x_m, np.float64), np.array(y_m, np.float64)
        if x.ndim != 1 or x.shape != y.shape:
            raise ValueError("x_m and y_m need one number for each receptor")
        self.seen = Seen(grid.west_m, grid.south_m, grid.cell_m, grid.columns, grid.rows, x, y, height_m)
        self.air, self.stacks = air_of(conditions, self.setting), stacks_in(sources, conditions, self.setting)
        self.at_hour, self.count = 0, 0
        tracers = len(self.deposition_mps)
        self.puffs = _room(max(4 * len(sources), 1024), tracers)
        self._lay_old_air(grid, tracers)
        self.emitted_g, self.deposited_g, self.left_g = np.zeros(tracers), np.zeros(tracers), np.zeros(tracers)
        centre_x, centre_y = grid.centres()
        self._all_x, self._all_y = np.concatenate([centre_x, x]), np.concatenate([centre_y, y])

    def _lay_old_air(self, grid: Grid, tracers: int) -> None:
        cell, margin = self.plan.cell_m, self.plan.margin_m
        columns = int(np.ceil((grid.columns * grid.cell_m + 2.0 * margin) / cell))
        rows = int(np.ceil((grid.rows * grid.cell_m + 2.0 * margin) / cell))
        self.corner = np.array([grid.west_m - margin, grid.south_m - margin])
        self.drift_m = np.zeros(2)
        self.tops_m = np.array(self.plan.tops_m)
        self.old_air_g = np.zeros((tracers, len(self.tops_m), rows, columns))

    def copy(self) -> PuffModel:
        """Return the same air, to be lived on apart from this one: a forecast, or another brain's day."""
        sources, conditions, air, stacks = self.sources, self.conditions, self.air, self.stacks
        return deepcopy(self, {id(each): each for each in (sources, conditions, air, stacks)})

    def budget(self) -> Budget:
        """Return what was emitted and where it is."""
        return Budget(
            emitted_g=self.emitted_g.copy(),
            in_puffs_g=self.puffs.mass_g[: self.count].sum(axis=0),
            in_old_air_g=self.old_air_g.sum(axis=(1, 2, 3)),
            deposited_g=self.deposited_g.copy(),
            left_g=self.left_g.copy(),
        )

    def hour(self, emission_gps: ArrayLike) -> Floats:
        """Live through the next hour.

        Parameters
        ----------
        emission_gps
            In this hour, g/s, shape (tracers, sources).

        Returns
        -------
        NDArray
            Mean concentrations of the hour, micrograms/m3, shape (tracers, cells and other places).
        """
        emission = np.asarray(emission_gps, np.float64)
        wanted = (len(self.deposition_mps), len(self.sources))
        if emission.shape != wanted or not np.all(emission >= 0.0):
            raise ValueError(f"emission_gps needs numbers that are not negative, of shape {wanted}")
        if self.at_hour >= len(self.conditions):
            raise ValueError(f"there are conditions for {len(self.conditions)} hours only")
        now, steps = self._now(self.at_hour), self.plan.steps_per_hour
        if self.at_hour > 0:
            change_air(self.puffs, self.count, self._now(self.at_hour - 1), now)
        out = np.zeros((len(emission), len(self._all_x)))
        upwards = self._mixing_m2ps(now, upwards=True)
        mixing = np.stack(
            [layer_mixing(self.tops_m, upwards, now.lid_m, speed, now.step_s) for speed in self.deposition_mps]
        )
        for _ in range(steps):
            fresh_from = self.count
            self._release(emission, now)
            step_puffs(
                self.puffs, self.count, fresh_from, now, self.deposition_mps, 1.0 / steps, self.seen, out,
                self.deposited_g,
            )  # fmt: skip
            self._step_old_air(now, mixing, out)
            self.count = hand_over(
                self.puffs, self.count, now, self.plan.wide_m, self.plan.old_after_h * HOUR_S, self._frame(),
                self.old_air_g, self.tops_m, self.left_g,
            )  # fmt: skip
        self.at_hour += 1
        return out

    def _now(self, hour: int) -> Now:
        """Return the air of one hour."""
        air, setting, conditions = self.air, self.setting, self.conditions
        return Now(
            east=float(air.east[hour]),
            north=float(air.north[hour]),
            wind_mps=float(conditions.wind_mps[hour]),
            wind_floor_mps=setting.wind_floor_mps,
            wind_power=float(exponent_of(conditions.stability[hour], setting.urban)),
            lid_m=float(air.lid_m[hour]),
            linear=float(air.cross_linear[hour]),
            bend=float(air.cross_bend[hour]),
            up_linear=float(air.vertical_linear[hour]),
            up_bend=float(air.vertical_bend[hour]),
            up_power=float(air.vertical_power[hour]),
            step_s=HOUR_S / self.plan.steps_per_hour,
        )

    def _frame(self) -> tuple[float, float, float]:
        """Return where the old air's grid is now: its corner and the side of its cells."""
        x, y = self.corner + self.drift_m
        return float(x), float(y), self.plan.cell_m

    def _release(self, emission: Floats, now: Now) -> None:
        """Have every source that emits give off a puff."""
        sources, stacks, hour = self.sources, self.stacks, self.at_hour
        assert sources.first_across_m is not None
        assert sources.first_up_m is not None
        active = np.flatnonzero(emission.any(axis=0))
        begin, end = self.count, self.count + len(active)
        if end > len(self.puffs.x_m):
            self.puffs = Puffs(*(_longer(column, 2 * end) for column in self.puffs))
        puffs, rise = self.puffs, stacks.rise_m[hour, active]
        given = emission[:, active].T * now.step_s
        puffs.x_m[begin:end], puffs.y_m[begin:end] = sources.x_m[active], sources.y_m[active]
        puffs.mass_g[begin:end] = given
        puffs.across_after_m[begin:end] = puffs.up_after_m[begin:end] = puffs.age_s[begin:end] = 0.0
        puffs.first_across[begin:end] = sources.first_across_m[active] ** 2 + (rise / 3.5) ** 2
        puffs.first_up[begin:end] = sources.first_up_m[active] ** 2 + (rise / 3.5) ** 2
        puffs.height_m[begin:end] = stacks.base_m[hour, active] + rise
        puffs.wind_height_m[begin:end] = np.maximum(sources.height_m[active], MEASURED_AT_M)
        puffs.lid_m[begin:end] = now.lid_m
        self.emitted_g += given.sum(axis=0)
        self.count = end

    def _step_old_air(self, now: Now, mixing: Floats, out: Floats) -> None:
        """Carry the old air by one step, mix it, let it settle, and add what it gives on its way.

        It is looked at every two cells of its way, half of the times before it mixes and half after.
        """
        path_m = now.wind_mps * self._profile(now) * now.step_s
        looks = max(1, int(np.ceil(path_m / (4.0 * self.plan.cell_m))))
        part = 0.5 / (looks * self.plan.steps_per_hour)
        along = np.array([now.east, now.north]) * path_m / (4 * looks)
        for half in range(2):
            for _ in range(looks):
                self.drift_m += along
                add_old_air(out, self.old_air_g, self._all_x, self._all_y, self._frame(), float(self.tops_m[0]), part)
                self.drift_m += along
            if half == 0:
                mix_sideways(self.old_air_g, self._sideways(now), self.left_g)
                mix_upwards(self.old_air_g, mixing, self.deposited_g)
        whole = np.rint(self.drift_m / self.plan.cell_m)
        if whole.any():
            shift_cells(self.old_air_g, int(whole[0]), int(whole[1]), self.left_g)
            self.drift_m -= whole * self.plan.cell_m

    def _sideways(self, now: Now) -> Floats:
        """Return the shares of a cell that stay, and that go one, two... cells to either side in a step."""
        variance = 2.0 * self._mixing_m2ps(now, upwards=False) * now.step_s / self.plan.cell_m**2
        return sideways_weights(variance)

    def _profile(self, now: Now) -> float:
        """Return how much faster than at 10 m the wind is that carries old air."""
        return float((max(self.plan.carried_at_m, MEASURED_AT_M) / MEASURED_AT_M) ** now.wind_power)

    def _mixing_m2ps(self, now: Now, upwards: bool) -> float:
        """Return wind times spread times its growth, as Briggs' curves have them far away: how fast old air mixes."""
        linear, bend, power = (now.up_linear, now.up_bend, now.up_power) if upwards else (now.linear, now.bend, -1.0)
        near, far = ((linear * x) ** 2 * (1.0 + bend * x) ** power for x in (0.99 * _MIXED_AT_M, 1.01 * _MIXED_AT_M))
        wind = max(now.wind_mps, now.wind_floor_mps) * self._profile(now)
        return float(wind * 0.5 * (far - near) / (0.02 * _MIXED_AT_M))


def layer_mixing(tops_m: Floats, mixing_m2ps: float, lid_m: float, deposition_mps: float, step_s: float) -> Floats:
    """Return which share of each layer (column) is in each layer (row), or on the ground (last row), after a step.

    Neighbouring layers mix where the middle of the upper one lies below the lid, by the mixing coefficient over the
    distance of their middles: the lid is taken at the boundary next to it, so that what lies above it from earlier
    hours stays there. The lowest layer settles. Columns sum to 1.
    """
    from scipy.linalg import expm

    depth, layers = np.diff(tops_m, prepend=0.0), len(tops_m)
    rate = np.zeros((layers + 1, layers + 1))
    for low in range(layers - 1):
        if 0.5 * (tops_m[low] + tops_m[low + 1]) > lid_m:
            break
        exchange = mixing_m2ps / (0.5 * (depth[low] + depth[low + 1]))
        for here, there in ((low, low + 1), (low + 1, low)):
            rate[there, here] += exchange / depth[here]
            rate[here, here] -= exchange / depth[here]
    rate[layers, 0] += deposition_mps / depth[0]
    rate[0, 0] -= deposition_mps / depth[0]
    shares: Floats = np.maximum(expm(rate * step_s)[:, :layers], 0.0)
    return np.ascontiguousarray(shares / shares.sum(axis=0))


def areas_of_roads(roads: Roads, cell_m: float) -> tuple[PointSources, NDArray[np.int64], NDArray[np.int64], Floats]:
    """Lump roads into square areas that can give off puffs.

    Returns
    -------
    tuple
        The areas; then, for pieces of road, the stretch of each, its area, and its share of the stretch: emissions of
        areas are ``np.bincount(area, emission_gps[stretch] * share, len(areas))``.
    """
    pieces, stretch, share = roads.cut(cell_m)
    x, y = 0.5 * (pieces.x1_m + pieces.x2_m), 0.5 * (pieces.y1_m + pieces.y2_m)
    cells, area = np.unique(np.floor(np.column_stack([x, y]) / cell_m), axis=0, return_inverse=True)
    centres, areas = (cells + 0.5) * cell_m, len(cells)
    sources = PointSources(
        x_m=centres[:, 0],
        y_m=centres[:, 1],
        height_m=np.full(areas, roads.release_m),
        diameter_m=np.zeros(areas),
        exit_c=np.full(areas, -273.0),
        exit_mps=np.zeros(areas),
        first_across_m=np.full(areas, np.hypot(cell_m / np.sqrt(12.0), roads.first_across_m)),
        first_up_m=np.full(areas, roads.first_up_m),
    )
    return sources, stretch, area.ravel().astype(np.int64), share


def _room(rows: int, tracers: int) -> Puffs:
    """Return room for puffs."""
    return Puffs(*(np.zeros((rows, tracers) if name == "mass_g" else rows) for name in Puffs._fields))


def _longer(column: Floats, rows: int) -> Floats:
    """Return a column with more room."""
    longer = np.zeros((rows, *column.shape[1:]))
    longer[: len(column)] = column
    return longer
