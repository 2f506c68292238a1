"""Which images people label next."""
