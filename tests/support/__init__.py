"""Small cities and scenarios for tests."""
