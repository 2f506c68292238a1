"""The end of the machine's part: what becomes a label."""
