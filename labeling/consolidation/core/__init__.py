"""Pure: grouping boxes, trust in annotators, groups of answers."""
