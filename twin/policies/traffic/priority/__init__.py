"""Rules for the traffic domain's decision about priority at signals."""
