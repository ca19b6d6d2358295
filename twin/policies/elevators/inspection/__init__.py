"""Rules for the elevator domain's decisions."""
