"""Tables that a user supplies, CSV or Parquet: read as they stand, checked cell by cell, told of by line."""
