"""Static files under hashed names, kept by browsers for ever; our modules without comments."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from servestatic.storage import CompressedManifestStaticFilesStorage

# Comments that have their lines to themselves; the formatter puts all of ours there.
COMMENTS = re.compile(r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)[ \t]*\n", re.M)

HASH = re.compile(r"\.[0-9a-f]{12}(?=\.js$)")


def without_comments(source: str) -> str:
    """The module as the browser needs it: a quarter less to send."""
    return COMMENTS.sub("", source)


class _Sources:
    """A folder of static files, our own modules without comments."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def open(self, path: str) -> File[bytes]:
        """The file."""
        file = self.storage.open(path)
        own = Path(self.storage.path(path)).is_relative_to(Path(settings.BASE_DIR, "static"))
        if not (own and path.endswith(".js")):
            return file
        with file:
            return ContentFile(without_comments(file.read().decode()).encode(), path)


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the names inside `import ... from "./x.js";` too: no bundler, no stale modules."""

    support_js_module_import_aggregation = True
    # Each pass hashes one more level of modules that import modules; Django assumes five.
    max_post_process_passes = 20

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], *args: bool, **options: bool
    ) -> Iterator[tuple[str, str, bool]]:
        """With the modules read as the browser gets them: what a comment imports is a type, and its
        file no part of the site."""
        read = {name: (_Sources(storage), path) for name, (storage, path) in paths.items()}
        found: Iterator[tuple[str, str, bool]] = super().post_process(read, *args, **options)
        return found

    def _save(self, name: str, content: File[bytes]) -> str:
        """Our own modules only: other people's comments hold their licences."""
        own = Path(settings.BASE_DIR, "static", HASH.sub("", name))
        if name.endswith(".js") and own.exists():
            content.seek(0)  # it was read to find its hash
            content = ContentFile(without_comments(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved
