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
    value = _key(private_key).sign(text.encode())
    return {"public_key": public_key(private_key), "value": value.hex()}


def public_key(private_key: str) -> str:
    """The key that others check signatures with, in hex."""
    return _key(private_key).public_key().public_bytes_raw().hex()


def _key(private_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key))


def is_signed(text: str, signature: Signature) -> bool:
    """Whether the holder of this public key has signed `text`."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))
        key.verify(bytes.fromhex(signature["value"]), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
