"""Statistics of comparisons: arrays in, frozen dataclasses out; each file is one method and names its paper."""
