"""The scenario file: schema, loading with line numbers, overrides."""
