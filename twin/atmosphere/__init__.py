"""The physics of the air, without agents: weather, spread, plumes and puffs, indices."""
