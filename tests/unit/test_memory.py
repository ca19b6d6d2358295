"""What is gone goes back to the system where it is much, and is kept for the next day where it is little."""

from __future__ import annotations

import subprocess
import sys

import pytest

from twin.experiment.memory import KEPT_BYTES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told what to give back")

HOLDS_AND_LETS_GO = """
import sys
from twin.experiment.memory import _unused_bytes, give_back_memory

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

blocks = [b"x" * 50_000 for _ in range(int(sys.argv[1]) // 50_000)]
top = b"y" * 50_000                                   # the heap cannot shrink from its end
print(resident())
del blocks
give_back_memory()
print(resident(), _unused_bytes(), sep="\\n")
"""


def lived_through(size_bytes: int) -> tuple[int, int, int]:
    """Return the resident size with blocks of so many bytes, the size without, and what is unused then."""
    words = [sys.executable, "-c", HOLDS_AND_LETS_GO, str(size_bytes)]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    with_blocks, without, unused = (int(word) for word in told)
    if unused == sys.maxsize:
        pytest.skip("this C library does not say what it keeps")
    return with_blocks, without, unused


def test_much_is_given_back_and_little_is_kept() -> None:
    much, little = 3 * KEPT_BYTES, KEPT_BYTES // 2
    with_much, without_much, _ = lived_through(much)
    with_little, without_little, kept = lived_through(little)
    assert with_much - without_much > 0.9 * much
    assert abs(with_little - without_little) < 0.1 * little
    assert 0.9 * little < kept < KEPT_BYTES
