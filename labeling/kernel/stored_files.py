"""Where stored files lie, and what they hold in short."""

import hashlib
from pathlib import Path

from django.conf import settings


def media_path(name: str) -> Path:
    """Where a stored file lies; `name` comes from the database only."""
    return Path(settings.MEDIA_ROOT) / name


def digest_of(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
