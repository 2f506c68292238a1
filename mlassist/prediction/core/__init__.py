"""Pure: test-time views, box scores, score thresholds."""
