"""Pure rules of labeling: boxes, quality, consolidation, certificate. No Django, no torch."""
