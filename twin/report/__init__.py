"""The page that a run ends in; reads stored results only."""
