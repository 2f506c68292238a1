"""Django admin: job set-up, people, images, and the history, each scoped to its managers."""

from labeling.admin import history, images, jobs, people, tokens

__all__ = ["history", "images", "jobs", "people", "tokens"]
