"""Imports and exports: background runs, sources, one reader and one writer a format."""
