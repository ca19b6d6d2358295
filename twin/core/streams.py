"""Named random streams: addressed by name, never by order."""

from __future__ import annotations

import hashlib

import numpy as np


class Streams:
    """Makes the generators of one replication.

    ``streams("emergency", "calls")`` is keyed by seed, replication and a 64-bit hash of the name, so adding a stream,
    or drawing more from one, moves no other (the construction follows NumPy's ``SeedSequence.spawn_key``).
    Each call returns a generator at its beginning.
    """

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication

    def __call__(self, *name: str) -> np.random.Generator:
        """Return the generator of this name, at its beginning."""
        key = int.from_bytes(hashlib.blake2b("/".join(name).encode(), digest_size=8).digest(), "big")
        sequence = np.random.SeedSequence(self.seed, spawn_key=(self.replication, key >> 32, key & 0xFFFF_FFFF))
        return np.random.Generator(np.random.PCG64(sequence))
