"""Registers the labeling app, its start-up checks and its machine steps."""

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    """The house everything else is built on."""

    name = "labeling"

    def ready(self) -> None:
        """Import the modules that register themselves."""
        from labeling import checks  # noqa: F401
        from labeling.consolidation import step  # noqa: F401
        from labeling.ledger import runner  # noqa: F401
        from labeling.rounds import after_commit, selection  # noqa: F401
        from labeling.transfers import transfers  # noqa: F401
        from labeling.webhooks import sending  # noqa: F401
