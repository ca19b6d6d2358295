"""Rules for the decision ``rescue``."""
