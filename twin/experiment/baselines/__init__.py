"""Baselines of a scenario: what a run gave when it was recorded, and whether it still does."""
