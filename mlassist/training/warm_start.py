"""What a job asks of its detector: a design, and another job's detector to begin from."""

from collections.abc import Iterable

from django.utils.text import Truncator

from labeling.jobs import model_plugin
from labeling.kernel.stored_files import media_path
from labeling.models import Image, Job, Round
from mlassist.detectors.designs import TITLES
from mlassist.models import Detector
from mlassist.training import files
from mlassist.training.engine import Wish


def wish(round: Round) -> Wish:
    """The wish kept in the round; a source that must not be used is left out, with a warning."""
    names = tuple(c.name for c in round.settings.classes)
    asked = Wish(design=round.settings.detector, names=names)
    number = round.settings.start_from
    if number is None:
        return asked
    earlier = Job.objects.filter(pk=number).first()
    problem = "It is gone." if earlier is None else source_problem(round.job, earlier)
    if earlier is None or problem:
        said = f"The job does not start from the earlier job's detector. {problem}"
        return Wish(asked.design, names, warning=said)
    detector = latest(earlier)
    assert detector is not None  # else source_problem had said so
    name = f"the detector of “{Truncator(earlier).chars(60)}”"
    source = media_path(detector.weights), detector.digest
    return Wish(asked.design, names, source, name, known=_knows(earlier, names))


def latest(job: Job) -> Detector | None:
    """The job's last detector, or None."""
    return Detector.objects.filter(round__job=job).order_by("-round__number").first()


def ready(job: Job) -> bool:
    """Whether the job begins with another one's detector that was taught all its classes."""
    earlier = job.start_from
    if earlier is None or source_problem(job, earlier):
        return False
    return _knows(earlier, job.classes.values_list("name", flat=True))


def _knows(earlier: Job, names: Iterable[str]) -> bool:
    """Whether the job's last detector was taught classes of all these names."""
    detector = latest(earlier)
    if detector is None:
        return False
    taught = set(detector.class_ids) - set(detector.metrics.get("untaught", ()))
    known = {c.name.casefold() for c in detector.round.settings.classes if c.index in taught}
    return all(name.casefold() in known for name in names)


def teachers(round: Round) -> list[Job]:
    """The jobs whose labels have taught the detector that this round's begins from, if it knows all
    classes; of their own predecessors those that have these classes as well."""
    earlier = round.settings.start_from
    if earlier is None or not wish(round).known:
        return []
    names = {c.name.casefold() for c in round.settings.classes}
    found = _ancestors(Job.objects.get(pk=earlier))
    return [
        job
        for job in Job.objects.filter(pk__in=found).order_by("pk")
        if names <= {name.casefold() for name in job.classes.values_list("name", flat=True)}
    ]


def taught_elsewhere(round: Round) -> int:
    """Images of other jobs that have taught the detector which this round's begins from."""
    number = round.settings.start_from
    if number is None or wish(round).source is None:
        return 0
    before = latest(Job.objects.get(pk=number))
    assert before is not None  # there is a source
    return int(before.trained_on + before.metrics.get("elsewhere", 0))


def source_problem(job: Job, earlier: Job) -> str:
    """Why the job must not begin from the earlier job's detector; empty where it may.

    A detector that was taught this job's images would judge and be judged on what it knows by
    heart, so no image of the job may be among those that it or the one it came from was taught.
    """
    detector = latest(earlier)
    if detector is None:
        return f"“{earlier}” has no detector yet."
    if problem := files.problem(detector.weights, detector.digest):
        return f"The detector of “{earlier}” cannot be used. {problem}"
    # also those whose label was taken back since, or that were excluded
    taught = Image.objects.filter(split=Image.Split.TRAINING, job__in=_ancestors(earlier))
    # a job that is not saved yet has no images
    mine = Image.objects.present().filter(job=job.pk)
    shared = mine.filter(digest__in=taught.values("digest")).count()
    if shared:
        return (
            f"“{earlier}” taught its detector {shared} images that are in this job, too: it "
            "would seem better here than it is."
        )
    return ""


def _ancestors(job: Job) -> set[int]:
    """The job and those that its detectors came from."""
    found: set[int] = set()
    waiting = [job.pk]
    while waiting:
        number = waiting.pop()
        if number in found:
            continue
        found.add(number)
        rounds = Round.objects.filter(job=number).values_list("settings", flat=True)
        waiting += [s.start_from for s in rounds if s.start_from]
    return found


model_plugin.DETECTORS += TITLES.items()
model_plugin.START_CHECKS.append(source_problem)
model_plugin.READY.append(ready)
