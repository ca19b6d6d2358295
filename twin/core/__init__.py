"""What every domain leans on: time, chance, records, questions. Knows no domain."""
