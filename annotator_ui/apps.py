"""The browser side as a Django app."""

from django.apps import AppConfig


class AnnotatorUiConfig(AppConfig):
    """Pages, API and live updates; no models."""

    name = "annotator_ui"

    def ready(self) -> None:
        """Register the API description's extension."""
        from annotator_ui.api import schema  # noqa: F401
