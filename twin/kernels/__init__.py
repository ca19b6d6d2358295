"""Compiled kernels: arrays in, arrays out. Imports nothing of ours."""
