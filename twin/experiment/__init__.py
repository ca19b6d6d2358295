"""Replications, paired comparison, stored results."""
