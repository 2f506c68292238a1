"""From confidence to decisions: the calibrating step, proposals, charts."""
