"""Road traffic and parking: who drives when from where to where, and where one can park."""
