"""Where a detector's files lie."""

from pathlib import Path

from labeling.models import Image, Round
from labeling.services.images import media_path


def weights_name(round: Round) -> str:
    """The stored name of a round's detector."""
    return f"detectors/{round.job_id}/{round.pk}.safetensors"


def fold_name(round: Round, fold: int) -> str:
    """The stored name of the detector that has not seen a fold of the training images."""
    return f"detectors/{round.job_id}/{round.pk}-fold-{fold}.safetensors"


def checkpoint_path(round: Round) -> Path:
    """Where an unfinished training keeps its state."""
    path = media_path(f"detectors/{round.job_id}/{round.pk}.checkpoint")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def picture_path(image: Image) -> Path:
    """The normalised picture that people drew on."""
    return media_path(image.file)
