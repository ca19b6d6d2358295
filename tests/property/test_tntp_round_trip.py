"""Promise: a trip matrix in the format TNTP is read back as it was written, to the last bit."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from twin.city.flow_network import OdMatrix
from twin.city.importing.tntp_trips import read_tntp_trips, write_tntp_trips

TRIPS = st.one_of(st.just(0.0), st.floats(5e-324, 1e12, allow_subnormal=True))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12).flatmap(lambda size: arrays.arrays(np.float64, (size, size), elements=TRIPS)))
def test_any_matrix_is_read_back_as_it_was_written(matrix: NDArray[np.float64]) -> None:
    written = OdMatrix.from_dense(matrix)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random_trips.tntp"
        write_tntp_trips(path, written)
        again = read_tntp_trips(path, len(matrix))
    assert again.dense().tobytes() == written.dense().tobytes()
    for one, other in ((again.origin, written.origin), (again.destination, written.destination)):
        np.testing.assert_array_equal(one, other)
