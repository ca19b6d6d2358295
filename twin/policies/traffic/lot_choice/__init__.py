"""Rules for the emergency domain's decisions."""
