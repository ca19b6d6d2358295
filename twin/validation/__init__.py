"""Judges parts of the twin on real observations that a user has."""
