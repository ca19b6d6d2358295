"""The city itself: map, road graph, routing, places. Knows no domain."""
