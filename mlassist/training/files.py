"""Where a detector's files lie, and whether they are still what was saved."""

from functools import lru_cache
from pathlib import Path

from labeling.kernel.stored_files import digest_of, media_path
from labeling.models import Image, Round
from mlassist.models import Detector


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


def problem(name: str, digest: str) -> str:
    """Why a stored detector file cannot be used; empty where it is as it was saved."""
    path = media_path(name)
    if not path.is_file():
        return "The file is missing."
    stat = path.stat()
    if _digest(path, stat.st_mtime_ns, stat.st_size) != digest:
        return "The file is damaged: it is not what was saved."
    return ""


@lru_cache(maxsize=32)
def _digest(path: Path, changed: int, size: int) -> str:
    """A file that nobody has written to since need not be read again."""
    return digest_of(path)


def problem_of(detector: Detector) -> str:
    """The first problem among its files, those of its folds included."""
    stored = [(detector.weights, detector.digest)]
    stored += [(fold["weights"], fold["digest"]) for fold in detector.folds if fold["weights"]]
    return next(filter(None, (problem(*one) for one in stored)), "")
