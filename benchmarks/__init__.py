"""Every figure of the README, measured anew: python -m benchmarks [--json FILE] [names...]."""
