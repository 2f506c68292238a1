"""Static files under hashed names, so browsers may keep them for ever."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the names inside `import ... from "./x.js";` too: no bundler, no stale modules."""

    support_js_module_import_aggregation = True
    # Each pass settles one more level of modules that import modules; Django assumes five.
    max_post_process_passes = 20
