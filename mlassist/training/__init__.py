"""Training a detector: engine, training set, warm start, cross-validation, reuse."""
