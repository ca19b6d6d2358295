"""Statistics of comparisons: arrays in, frozen answers out; each file names its paper."""
