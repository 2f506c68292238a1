"""Machine work: steps with leases and fences, and the worker's way through one."""
