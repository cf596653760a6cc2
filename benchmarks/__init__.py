"""Speed and memory, measured against what the app has to hold: ``python -m benchmarks``."""
