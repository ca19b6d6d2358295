"""NO2 of what nitrogen oxides an hour holds."""

from __future__ import annotations

import numpy as np
import pytest

from twin.atmosphere.nitrogen import UGM3_PER_PPB, no2_of_nox


@pytest.mark.parametrize(("nox_ppb", "no2_ppb"), [(10.0, 7.22), (100.0, 35.77), (500.0, 66.49)])
def test_the_function_of_london_by_hand(nox_ppb: float, no2_ppb: float) -> None:
    """At 100 ppb the logarithm is 2: 2.166 - 100 (1.236 - 6.696 + 7.732 - 2.608)."""
    found = no2_of_nox(np.array(nox_ppb * UGM3_PER_PPB)) / UGM3_PER_PPB
    assert float(found) == pytest.approx(no2_ppb, abs=0.01)


def test_more_oxides_are_more_no2_but_ever_less_of_each_gram_up_to_half_a_milligram() -> None:
    nox = np.linspace(0.0, 3000.0, 3001)
    no2 = no2_of_nox(nox)
    assert no2[0] == 0
    assert (np.diff(no2) > 0).all()
    assert (no2 <= nox).all()
    share = no2[20:900] / nox[20:900]
    assert (np.diff(share) < 0).all()


def test_german_streets_say_nearly_the_same() -> None:
    """Romberg (1996), yearly means of streets: 103 x / (x + 130) + 0.005 x, both µg/m³."""
    nox = np.array([40.0, 80.0, 150.0, 300.0, 450.0])
    np.testing.assert_allclose(no2_of_nox(nox), 103 * nox / (nox + 130) + 0.005 * nox, rtol=0.15)
