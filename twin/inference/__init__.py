"""Statistics of comparisons: arrays in, frozen results out; each file names its paper."""
