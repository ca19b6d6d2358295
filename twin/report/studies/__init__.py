"""A page for each kind of study, made from its stored answer alone."""
