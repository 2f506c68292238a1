"""Pure: what is suspicious about a label."""
