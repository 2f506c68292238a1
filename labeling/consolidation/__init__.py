"""Several people's answers to one label, and where they disagree."""
