"""What an access token looks like: a prefix, 256 random bits, and a checksum.

By prefix and checksum scanners recognise a token that was published by mistake, and a typing error
is told from a token that has ended. The database keeps the digest alone.
"""

import hashlib
import secrets
import string
import zlib

PREFIX = "bxw_"
ALPHABET = string.digits + string.ascii_letters
RANDOM, CHECK = 43, 6  # signs; 43 of 62 different ones are 256 bits
SHOWN = len(PREFIX) + 4  # by these first signs its owner recognises it


def new_secret() -> str:
    """A token that nobody can guess."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return f"{PREFIX}{body}{checksum(body)}"


def checksum(body: str) -> str:
    """CRC-32 of the random part in base 62."""
    left, signs = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        left, place = divmod(left, len(ALPHABET))
        signs = ALPHABET[place] + signs
    return signs


def is_well_formed(secret: str) -> bool:
    """Whether this can be a token at all."""
    if not secret.startswith(PREFIX) or not secret.isascii():
        return False
    body, check = secret[len(PREFIX) : -CHECK], secret[-CHECK:]
    return len(body) == RANDOM and check == checksum(body)


def digest(secret: str) -> str:
    """What is kept of a token. 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
