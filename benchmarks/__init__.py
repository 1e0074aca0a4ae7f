"""What sledmon achieves, in figures; each module prints a table: ``python -m benchmarks.NAME``."""
