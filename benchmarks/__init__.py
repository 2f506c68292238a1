"""Every figure of the documents, measured anew: python -m benchmarks [--json FILE] [names...]."""
