"""The round: stages, lifecycle, selection, stopping; the only room that advances."""
