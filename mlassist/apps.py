"""Registers the machine steps and the live page's charts at start-up."""

from django.apps import AppConfig


class MlassistConfig(AppConfig):
    """The plug-in to labeling."""

    name = "mlassist"
    verbose_name = "Model"

    def ready(self) -> None:
        """Import the modules that register themselves."""
        import mlassist.acceptance.step
        import mlassist.calibration.step
        import mlassist.prediction.step
        import mlassist.training.step  # noqa: F401
        from mlassist import checks  # noqa: F401
        from mlassist.calibration import charts, detector_package  # noqa: F401
        from mlassist.training import warm_start  # noqa: F401
