"""Reinforcement learning: any single decision of the twin as an environment of Gymnasium (extra ``rl``)."""
