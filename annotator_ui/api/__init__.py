"""The HTTP API: one module per kind of work, adapters of 5 to 20 lines each."""
