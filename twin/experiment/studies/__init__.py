"""Studies: sets of cells, and what is asked of them."""
