"""Pure machine learning: data, detector, training, calibration, selection. No Django."""
