"""Pure: annotation formats and kinds of files."""
