"""Random shares of images that anyone can recompute: by a hash of a seed and the image."""

import hashlib

BLIND_SHARE = 5  # one audited image in five is also drawn blind
TWICE_SHARE = 10  # one check in ten is made by two people where all are blind
HONEYPOT_SHARE = 2  # one blind check in two asks about a box that is known to be wrong


def drawn_blind(key: str, seed: str) -> bool:
    """Whether this image is also drawn blind, to measure what seeing boxes does."""
    return int(seeded_hash(f"blind:{seed}", key)[:8], 16) % BLIND_SHARE == 0


def checked_twice(key: str, seed: str) -> bool:
    """Whether two people make the blind check of this image, to measure how they differ."""
    return int(seeded_hash(f"twice:{seed}", key)[:8], 16) % TWICE_SHARE == 0


def checked_by_honeypot(key: str, seed: str) -> bool:
    """Whether the blind check of this image asks about a box that is known to be wrong."""
    return int(seeded_hash(f"honeypot:{seed}", key)[:8], 16) % HONEYPOT_SHARE == 0


def sampled(key: str, seed: str, share: float) -> bool:
    """Whether this image belongs to a random `share`; the same answer at every call."""
    return int(seeded_hash(f"watch:{seed}", key)[:12], 16) / 16**12 < share


def seeded_hash(seed: str, key: str) -> str:
    """SHA-256(seed | key), in hex."""
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()
