"""Emission functions against values that others have published."""

from __future__ import annotations

import numpy as np
import pytest
from support.traffic import zhengzhou

from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import SPECIES
from twin.domains.air.parameters import AirParameters
from twin.domains.air.road_emissions import VEHICLES, diesel_nox, grams_per_km, petrol_nox, petrol_pm

SPEEDS_KMH = np.array([20.0, 40.0, 60.0, 80.0])


def test_cars_emit_what_copert_of_2013_says() -> None:
    """NOx of stage V at 20, 40, 60 and 80 km/h, to the digits published."""
    assert np.round(petrol_nox(SPEEDS_KMH), 4).tolist() == [0.0394, 0.0283, 0.0216, 0.0170]
    assert np.round(diesel_nox(SPEEDS_KMH), 3).tolist() == [0.790, 0.593, 0.500, 0.481]


def test_petrol_cars_emit_some_milligrams_of_exhaust_particles_and_nothing_is_below_zero() -> None:
    speeds = np.arange(5.0, 140.0)
    assert ((petrol_pm(speeds) > 0.0003) & (petrol_pm(speeds) < 0.005)).all()
    assert (grams_per_km(speeds, AirParameters(), 1.0) >= 0).all()


def test_speeds_outside_of_the_functions_count_as_the_nearest() -> None:
    assert petrol_nox(np.array([1.0, 400.0])).tolist() == petrol_nox(np.array([10.0, 130.0])).tolist()


def test_lorries_emit_what_hbefa_says_for_the_fuel_that_they_burn() -> None:
    given = AirParameters(nox_of_the_fleet=1.0, lorry_old_share=0.0, road_dust_g_per_km={
        "car": {"pm25": 0.0, "pm10": 0.0}, "heavy": {"pm25": 0.0, "pm10": 0.0}
    })  # fmt: skip
    grams = grams_per_km(np.array([50.0]), given, 1.0)[0, VEHICLES.index("lorry")]
    assert grams[SPECIES.index("nox")] == pytest.approx(0.402 * 9.5)
    assert grams[SPECIES.index("pm25")] == pytest.approx(0.0031 * 9.5 + given.wear_g_per_km.heavy.pm25)


def test_a_lorry_emits_as_much_nox_as_a_hundred_cars() -> None:
    grams = grams_per_km(np.array([50.0]), AirParameters(), 1.0)[0]
    nox = SPECIES.index("nox")
    assert 50 < grams[VEHICLES.index("lorry"), nox] / grams[VEHICLES.index("car_petrol"), nox] < 400


def test_the_fleet_emits_as_much_nox_as_henans_inventory_leaves_zhengzhou() -> None:
    """533 kt in 2015 by residents, less 4 % to 2018, within the share of a third that such a division may err."""
    roads = Inventory.of(zhengzhou(), AirParameters()).roads
    tonnes = sum(roads.ordinary(hour)[:, :, SPECIES.index("nox")].sum() for hour in range(24)) * 3600 * 365.25 / 1e6
    assert tonnes == pytest.approx(533_400 * 12.6 / 99.4 * 562.9 / 584.9, rel=0.33)
