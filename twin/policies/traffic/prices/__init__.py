"""Rules for the traffic domain's decisions."""
