"""Rules for the decisions of the air domain."""
