"""Pure: addresses of jobs, a person's own keys."""
