"""Rules for the decision ``rescue_order``."""
