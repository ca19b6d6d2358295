"""The playback: one HTML file in which a stored run can be watched; reads stored results only."""
