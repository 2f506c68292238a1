"""What every room builds on: boxes and their quality, events, errors, disk space, leases."""
