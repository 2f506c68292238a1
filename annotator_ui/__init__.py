"""What browsers see: pages, API, live updates. Writes only through the writers of labeling."""
