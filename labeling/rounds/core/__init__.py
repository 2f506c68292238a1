"""Pure: how the share that the machine may take grows."""
