"""How emissions by source become what the boxes of air carry, and how what they carry becomes what stations measure."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.air_mass import (
    ALOFT,
    COARSE,
    GROUND,
    INORGANIC,
    NOX,
    ORGANIC,
    OTHERS,
    SO2,
    VOC,
    AirMassSetting,
)
from twin.atmosphere.city_nights import layer_wind_factors
from twin.atmosphere.nitrogen import no2_of_nox
from twin.atmosphere.wind_profile import EXPONENTS_RURAL
from twin.domains.air.kinds import POLLUTANTS, PRIMARY_GROUPS, SPECIES
from twin.domains.air.parameters import AirParameters
from twin.domains.air.sources import Sources

Floats = NDArray[np.float64]

CLEAN: Final = len(PRIMARY_GROUPS)
"""The tracer of fine particles that come with clean air."""
FINE: Final = slice(0, CLEAN + 1)
TRACERS: Final = CLEAN + 1 + len(OTHERS)
GASES: Final = ((COARSE, "coarse"), (SO2, "so2"), (NOX, "nox"), (VOC, "voc"))
NO2: Final = POLLUTANTS.index("no2")


def setting_of(parameters: AirParameters) -> AirMassSetting:
    """Return the setting of the boxes."""
    speeds, clean = np.zeros(TRACERS), np.zeros(TRACERS)
    given = parameters.deposition_mps
    speeds[FINE] = speeds[INORGANIC] = speeds[ORGANIC] = given.fine
    speeds[COARSE], speeds[SO2], speeds[NOX], speeds[VOC] = given.coarse, given.so2, given.nox, given.voc
    outside = parameters.clean_air_ugm3
    clean[CLEAN], clean[COARSE], clean[SO2], clean[NOX] = outside.pm25, outside.coarse, outside.so2, outside.no2
    rates, masses = parameters.oxidation_per_h, parameters.particle_mass
    return AirMassSetting(
        city_m=1000 * parameters.city_box_km, region_m=1000 * parameters.region_box_km, top_m=parameters.top_m,
        wind_factors=wind_factors_of(parameters), least_wind_mps=parameters.least_wind_mps, deposition_mps=speeds,
        washout_per_mm=parameters.washout_per_mm, oxidation_per_h=(rates.so2, rates.nox, rates.voc),
        particle_mass=(masses.so2, masses.nox, masses.voc), humid_factor=parameters.humid_factor,
        evaporates_c=parameters.nitrate_evaporates_c, clean_ugm3=clean,
        inorganic_factor=parameters.fitted_factors.inorganic, organic_factor=parameters.fitted_factors.organic,
    )  # fmt: skip


def wind_factors_of(parameters: AirParameters) -> tuple[float, ...]:
    """Return the mean wind of the mixed layer for each m/s at 10 m, for classes A to F of open country."""
    if parameters.city_nights:
        return layer_wind_factors(parameters.layer_wind_factor)
    return (parameters.layer_wind_factor,) * len(EXPONENTS_RURAL)


def into_boxes(sources: Sources, gps: Floats, aloft: NDArray[np.bool_]) -> Floats:
    """Return emissions as the boxes take them.

    Parameters
    ----------
    gps
        Shape (sources, species).
    aloft
        Whose plume ends above the mixed layer, shape (sources,).

    Returns
    -------
    array
        g/s, shape (layers, tracers, 1).
    """
    found = np.zeros((2, TRACERS, 1))
    for layer, own in ((GROUND, ~aloft), (ALOFT, aloft)):
        found[layer, :CLEAN, 0] = np.bincount(sources.group[own], gps[own, 0], CLEAN)
        for tracer, name in GASES:
            found[layer, tracer, 0] = gps[own, SPECIES.index(name)].sum()
    return found


def by_tracer(sources: Sources, gps: Floats) -> Floats:
    """Return emissions of all sources together, g/s, shape (tracers,)."""
    return np.asarray(into_boxes(sources, gps, np.zeros(len(sources), np.bool_))[GROUND, :, 0])


def fine_of(ugm3: Floats) -> Floats:
    """Return PM2.5 of what the boxes carry near the ground, tracers first; the tracers' axis is gone."""
    return np.asarray(ugm3[FINE].sum(axis=0) + ugm3[INORGANIC] + ugm3[ORGANIC])


def by_group(ugm3: Floats) -> Floats:
    """Return PM2.5 by group as in `twin.domains.air.kinds.GROUPS`, groups first."""
    return np.concatenate([ugm3[:CLEAN], ugm3[INORGANIC, None], ugm3[ORGANIC, None], ugm3[CLEAN, None]])


def weighted(rows: NDArray[np.floating], weight: Floats) -> Floats:
    """Return the sum of each row times weights, shape (rows,).

    Not by the product of matrices, whose order of adding, and so the last bit, may change with the number of threads.
    """
    return np.asarray(np.einsum("rs,s->r", rows, weight), np.float64)


def measured(ugm3: Floats) -> Floats:
    """Return the aged part of PM2.5, PM10, SO2 and nitrogen oxides; pollutants first."""
    fine = fine_of(ugm3)
    return np.stack([fine, fine + ugm3[COARSE], ugm3[SO2], ugm3[NOX]])


def measured_fresh(units: NDArray[np.float32], gps: Floats) -> Floats:
    """Return the fresh part of PM2.5, PM10, SO2 and nitrogen oxides at receptors.

    Parameters
    ----------
    units
        µg/m³ for each g/s, shape (receptors, sources).
    gps
        Shape (sources, species).

    Returns
    -------
    array
        Shape (pollutants, receptors).
    """
    each = np.einsum("rs,sk->kr", units, gps[:, :4])
    return np.stack([each[0], each[0] + each[1], each[2], each[3]])


def with_no2(ugm3: Floats) -> Floats:
    """Return concentrations with NO2 where they have nitrogen oxides of all ages, shape (..., pollutants, stations)."""
    found = ugm3.copy()
    found[..., NO2, :] = no2_of_nox(ugm3[..., NO2, :])
    return found
