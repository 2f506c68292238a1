"""Signs texts with the site's own key and checks such signatures (Ed25519, RFC 8032)."""

from typing import TypedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Signature(TypedDict):
    """Who signed, and the signature; both in hex."""

    public_key: str
    value: str


def sign(private_key: str, text: str) -> Signature:
    """Sign `text` with a private key of 32 bytes, in hex; the same text gives the same value."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key))
    return {
        "public_key": key.public_key().public_bytes_raw().hex(),
        "value": key.sign(text.encode()).hex(),
    }


def is_signed(text: str, signature: Signature) -> bool:
    """Whether the holder of this public key has signed `text`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))
        key.verify(bytes.fromhex(signature["value"]), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
