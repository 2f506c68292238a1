"""The browser side as a Django app."""

from django.apps import AppConfig


class AnnotatorUiConfig(AppConfig):
    """Pages, API and live updates; no models."""

    name = "annotator_ui"
