"""Endings are numbers in the kernel of arrivals and words in the records: the same ones."""

from __future__ import annotations

from twin.domains.traffic.trips import ENDINGS, NOT_YET
from twin.kernels import arrivals


def test_the_kernels_endings_are_those_of_the_records() -> None:
    of_kernel = (
        arrivals.UNDER_WAY, arrivals.IN_LOT, arrivals.OWN_PLACE, arrivals.WITHOUT, arrivals.NO_WISH, arrivals.ILLEGAL
    )  # fmt: skip
    assert [ENDINGS[code] for code in of_kernel] == [
        "under_way", "lot", "own_place", "gave_up", "no_parking", "illegal"
    ]  # fmt: skip
    assert arrivals.NEVER_YET == NOT_YET
