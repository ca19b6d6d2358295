"""Rules for the decision ``gating``."""
