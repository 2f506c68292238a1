"""What browsers see: pages, API, live updates. Writes only through services."""
