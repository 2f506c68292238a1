"""Digests of JSON: the same content has the same digest, whoever writes it."""

import hashlib
import json


def canonical(content: object) -> bytes:
    """The one way to write `content` as bytes, for hashing."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: object) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()
