"""Whether a webhook's request is the server's own, and not an old one sent again."""

import hashlib
import hmac
import time


def verify_webhook(secret: str, signature: str, content: bytes, *, tolerance: float = 300) -> bool:
    """Whether the header Boxwise-Signature fits the content, and is at most `tolerance` s old."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdecimal() and abs(time.time() - int(at)) <= tolerance):
        return False
    wanted = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), parts.get("v1", "").encode())
