"""Physics and statistics of the air: weather, how pollution spreads, the index of its quality. Knows no agent."""
