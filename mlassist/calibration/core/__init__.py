"""Pure: confidence, thresholds, chances of a proof, classes, forecast."""
