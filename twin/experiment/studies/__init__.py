"""Studies: what is asked of many cells, as a frozen question and a frozen answer."""
