"""The detector between rounds: train, predict, calibrate, accept. No HTTP."""
