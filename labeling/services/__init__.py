"""Use-cases of labeling: the only code that writes."""
