#!/usr/bin/env python
"""Boxwise on the command line: serve, worker, demo, simulate and Django's own commands."""

import os
import sys

import labeling  # noqa: F401  swaps in a safe SQLite before Django loads its own


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
