"""Which fold of a cross-validation an image belongs to."""

import hashlib


def fold_of(key: str, folds: int) -> int:
    """The fold, from 0, of an image by its name alone: the same in every shard and run."""
    return hashlib.sha256(f"fold:{key}".encode()).digest()[0] % folds
