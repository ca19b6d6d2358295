"""Steady Gaussian plumes of stacks: what a unit of emission gives at a place in an hour, and whole fields.

Concentrations are linear in emissions, and a unit's concentration depends on weather and places alone, so both brains
of a day can share it. Each hour is reckoned as if it had lasted for ever: calm and days of stagnation are for
`twin.atmosphere.puffs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.atmosphere.conditions import Conditions, Setting, air_of
from twin.atmosphere.parameters import shipped
from twin.atmosphere.plume_rise import lowered_by_downwash, plume_rise
from twin.atmosphere.wind_profile import wind_at
from twin.kernels.plumes import Stacks, add_plumes, unit_plumes

Floats = NDArray[np.float64]

RECEPTOR_HEIGHT_M: Final = shipped("receptor_height_m")
DEPLETION_ROWS: Final = 160
"""Rows of the table of what is left in the air after a distance; with them a share errs by less than 1e-3."""

_PLACES: Final = ("x_m", "y_m", "exit_c")
_NOT_NEGATIVE: Final = ("height_m", "diameter_m", "exit_mps", "first_across_m", "first_up_m")


@dataclass(frozen=True, eq=False)
class PointSources:
    """Stacks and other small sources, shape (sources,) each; metres east and north of the map's centre.

    Attributes
    ----------
    x_m, y_m
        Where they stand.
    height_m, diameter_m
        Of the mouth: above ground, and its inner width.
    exit_c, exit_mps
        Temperature and speed of what leaves it.
    first_across_m, first_up_m
        Spread at the source: 0 for a stack; width and height divided by 4.3 for a volume near the ground (ISC3).
    """

    x_m: Floats
    y_m: Floats
    height_m: Floats
    diameter_m: Floats
    exit_c: Floats
    exit_mps: Floats
    first_across_m: Floats | None = None
    first_up_m: Floats | None = None

    def __post_init__(self) -> None:
        sources = len(self.x_m)
        for name in (*_PLACES, *_NOT_NEGATIVE):
            given = getattr(self, name)
            column = np.zeros(sources) if given is None else np.ascontiguousarray(given, np.float64)
            if column.shape != (sources,) or not np.all(np.isfinite(column)):
                raise ValueError(f"{name} needs one finite number for each of {sources} sources")
            if name in _NOT_NEGATIVE and np.any(column < 0.0):
                raise ValueError(f"{name} must not be negative")
            object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return len(self.x_m)


def stacks_in(sources: PointSources, conditions: Conditions, setting: Setting) -> Stacks:
    """Return how the plumes of stacks rise in each hour, as the kernels need it."""
    assert sources.first_across_m is not None
    assert sources.first_up_m is not None
    stability = conditions.stability[:, None]
    wind = wind_at(conditions.wind_mps[:, None], sources.height_m, stability, setting.urban, setting.wind_floor_mps)
    rise = plume_rise(
        sources.diameter_m, sources.exit_c, sources.exit_mps, conditions.temperature_c[:, None], wind, stability
    )
    return Stacks(
        x_m=sources.x_m,
        y_m=sources.y_m,
        first_across_m=sources.first_across_m,
        first_up_m=sources.first_up_m,
        wind_mps=wind,
        base_m=lowered_by_downwash(sources.height_m, sources.diameter_m, sources.exit_mps, wind),
        rise_m=rise.final_m,
        rise_factor=rise.factor,
        rise_thirds=rise.thirds,
    )


def unit_contributions(
    sources: PointSources,
    conditions: Conditions,
    x_m: ArrayLike,
    y_m: ArrayLike,
    height_m: ArrayLike = RECEPTOR_HEIGHT_M,
    setting: Setting | None = None,
) -> Floats:
    """Return what 1 g/s of each source gives at each receptor in each hour.

    Parameters
    ----------
    sources
        The stacks.
    conditions
        The hours' air.
    x_m, y_m, height_m
        Of the receptors; one height serves all.
    setting
        How plumes are reckoned.

    Returns
    -------
    NDArray
        Micrograms/m3 for each g/s, shape (hours, receptors, sources). For emissions of shape (hours, sources) the
        concentrations are ``np.einsum("hrs,hs->hr", units, emission_gps)``.
    """
    setting = setting or Setting()
    x, y, height = _receptors(x_m, y_m, height_m, conditions)
    out = np.zeros((len(conditions), len(x), len(sources)))
    depleted = np.zeros(DEPLETION_ROWS)
    unit_plumes(
        out, x, y, height, air_of(conditions, setting), stacks_in(sources, conditions, setting),
        setting.deposition_mps, depleted, _farthest_m(sources, x, y),
    )  # fmt: skip
    return out


def concentrations(
    sources: PointSources,
    conditions: Conditions,
    emission_gps: ArrayLike,
    x_m: ArrayLike,
    y_m: ArrayLike,
    height_m: ArrayLike = RECEPTOR_HEIGHT_M,
    setting: Setting | None = None,
) -> Floats:
    """Return concentrations at many receptors, without keeping who gave what.

    Parameters
    ----------
    sources, conditions, x_m, y_m, height_m, setting
        As for `unit_contributions`.
    emission_gps
        Shape (hours, sources), or (tracers, hours, sources): pollutants that spread alike cost little more than one.

    Returns
    -------
    NDArray
        Micrograms/m3, shape (hours, receptors), or (tracers, hours, receptors).
    """
    setting = setting or Setting()
    emission = checked_emission(emission_gps, len(conditions), len(sources))
    x, y, height = _receptors(x_m, y_m, height_m, conditions)
    tracers = emission[None] if emission.ndim == 2 else emission
    given = np.ascontiguousarray(np.moveaxis(tracers, 0, -1))
    air, stacks = air_of(conditions, setting), stacks_in(sources, conditions, setting)
    farthest_m, depleted = _farthest_m(sources, x, y), np.zeros(DEPLETION_ROWS)
    out = np.zeros((len(conditions), len(tracers), len(x)))
    for level in np.unique(height):
        at = np.flatnonzero(height == level)
        part = np.zeros((len(conditions), len(tracers), len(at)))
        add_plumes(part, x[at], y[at], float(level), air, stacks, given, setting.deposition_mps, depleted, farthest_m)
        out[:, :, at] = part
    found = np.ascontiguousarray(np.moveaxis(out, 1, 0))
    return found.reshape(*emission.shape[:-1], len(x))


def checked_emission(emission_gps: ArrayLike, hours: int, sources: int) -> Floats:
    """Return emissions of shape (hours, sources) or (tracers, hours, sources); raises ValueError if they are not."""
    emission = np.asarray(emission_gps, np.float64)
    wanted = (hours, sources)
    if emission.shape[-2:] != wanted or emission.ndim not in (2, 3):
        raise ValueError(f"emission_gps needs shape {wanted}, or that with tracers before it, not {emission.shape}")
    if not np.all(emission >= 0.0):
        raise ValueError("emission_gps must be numbers that are not negative")
    return emission


def _receptors(
    x_m: ArrayLike, y_m: ArrayLike, height_m: ArrayLike, conditions: Conditions
) -> tuple[Floats, Floats, Floats]:
    """Return the receptors' columns, checked."""
    x, y = np.ascontiguousarray(x_m, np.float64), np.ascontiguousarray(y_m, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError("x_m and y_m need one number for each receptor")
    height = np.ascontiguousarray(np.broadcast_to(np.asarray(height_m, np.float64), x.shape))
    if np.any(height < 0.0) or np.any(height[:, None] >= conditions.mixing_height_m):
        raise ValueError("height_m must lie between the ground and the mixing height of every hour")
    return x, y, height


def _farthest_m(sources: PointSources, x: Floats, y: Floats) -> float:
    """Return a distance that no receptor is farther away than."""
    if not len(sources) or not len(x):
        return 1.0
    width = max(x.max(), sources.x_m.max()) - min(x.min(), sources.x_m.min())
    depth = max(y.max(), sources.y_m.max()) - min(y.min(), sources.y_m.min())
    return float(np.hypot(width, depth))
