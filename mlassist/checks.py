"""Start-up checks of the model settings, without loading torch."""

from collections.abc import Sequence
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def weights_can_be_read(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """MLASSIST_WEIGHTS names a file or folder that is there, or one of two words."""
    value = settings.MLASSIST_WEIGHTS
    if value in ("auto", "none") or Path(value).exists():
        return []
    return [
        Error(
            f"MLASSIST_WEIGHTS={value!r}: there is no such file or folder.",
            hint="Give the path of a .safetensors file or of a folder of such files, auto "
            "(published weights) or none.",
            id="mlassist.E001",
        )
    ]
