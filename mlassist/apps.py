"""Registers the machine steps and the live page's charts at start-up."""

from django.apps import AppConfig


class MlassistConfig(AppConfig):
    """The plug-in to labeling."""

    name = "mlassist"
    verbose_name = "Model"

    def ready(self) -> None:
        """Import the modules that register themselves."""
