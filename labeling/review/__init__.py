"""Reviewers at work: queue, verdicts, grid, undo, corrections, notes, quality monitoring."""
