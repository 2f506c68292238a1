"""Pure: pictures for the detector, augmentation, files that are whole or not there."""
