"""What a detector saw: stored views, box scores, suggestions for people."""
