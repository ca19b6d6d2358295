"""Pages of studies, one module a kind, built from what a study has answered."""
