"""Registers the labeling app, its start-up checks and its machine steps."""

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    """The house everything else is built on."""

    name = "labeling"

    def ready(self) -> None:
        """Import the modules that register themselves."""
        from labeling import checks  # noqa: F401
