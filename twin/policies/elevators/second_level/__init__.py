"""Rules for the decision ``second_level``."""
