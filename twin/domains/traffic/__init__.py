"""Traffic: trips of cars on the city's roads."""
