"""Turner's key cell by cell, as EPA-454/R-99-005 prints it (tables 6-4 to 6-6; 1 = A, 6 and 7 = F)."""

from __future__ import annotations

import numpy as np
import pytest

from twin.atmosphere.stability import classes_by_turner

PRINTED = {
    0.5: "1123467", 1.0: "1223467", 2.0: "1234456", 3.0: "2234456", 3.5: "2234445", 4.5: "2334445",
    5.0: "3344445", 5.5: "3344444", 6.5: "3444444",
}  # fmt: skip
SKIES = (
    (65.0, 3.0, False), (50.0, 3.0, False), (20.0, 3.0, False), (10.0, 3.0, False), (50.0, 10.0, False),
    (-20.0, 7.0, True), (-20.0, 2.0, True),
)  # fmt: skip
"""Altitude, cloud and night that give the net radiation indices 4, 3, 2, 1, 0, -1, -2."""


@pytest.mark.parametrize("wind", PRINTED)
def test_each_cell_is_the_printed_one(wind: float) -> None:
    for (altitude, cloud, night), printed in zip(SKIES, PRINTED[wind], strict=True):
        one = classes_by_turner(np.array([wind]), np.array([altitude]), np.array([cloud]), np.array([night]))
        assert one[0] == min(int(printed), 6) - 1


def test_middle_clouds_take_one_class_of_insolation() -> None:
    found = classes_by_turner(np.full(2, 1.0), np.full(2, 65.0), np.array([5.0, 6.0]), np.zeros(2, bool))
    assert found.tolist() == [0, 1]
