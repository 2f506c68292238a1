"""Pure: usefulness of images, near-duplicates."""
