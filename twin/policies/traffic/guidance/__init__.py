"""Rules for the decision ``guidance``."""
