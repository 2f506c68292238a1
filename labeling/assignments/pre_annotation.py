"""What an assignment shows whoever claims it: a person's boxes to verify, or a model's."""

from collections.abc import Callable, Sequence

from labeling.assignments import blind_controls
from labeling.assignments.core import honeypots
from labeling.kernel import sampling
from labeling.kernel.boxes import Box
from labeling.models import Assignment, Job, Round

# per image: the boxes to show, and whether checking them should beat drawing
Suggest = Callable[[Round, list[int]], dict[int, tuple[list[Box], bool]]]


def store_shown(round: Round, assignments: Sequence[Assignment], suggest: Suggest | None) -> None:
    """Keep with each assignment what its holder is shown; a person's boxes to verify are there
    already.

    Boxes are gone through one by one where the job verifies, and where the model's are expected
    to be checked faster than drawn. A closing round's are loaded as editable boxes instead.
    """
    verifies = round.mode == Job.Mode.VERIFY
    closing = round.purpose == Round.Purpose.CLOSING
    for assignment in assignments:
        if assignment.suggested is not None:
            _store(assignment, assignment.suggested, True)
    wanted = [
        assignment
        for assignment in assignments
        if assignment.suggested is None and not assignment.blank
    ]
    if suggest is None or round.blind:
        return
    if not (wanted and blind_controls.shows_boxes(round)):
        return
    drawn = set(round.settings.drawn_classes)
    shown = suggest(round, [assignment.image_id for assignment in wanted])
    for assignment in wanted:
        if assignment.image_id in shown:
            boxes, faster = shown[assignment.image_id]
            boxes = [box for box in boxes if box["class_id"] not in drawn]
            _store(assignment, boxes, verifies or (faster and not closing))


def _store(assignment: Assignment, boxes: list[Box], verify: bool) -> None:
    """In some assignments with a wrong box among the others."""
    share, seed = assignment.round.settings.honeypot_percent / 100, f"honeypot:{assignment.pk}"
    honeypot = None
    if sampling.sampled(assignment.image.digest, seed, share):
        honeypot = honeypots.plant(boxes, assignment.image.width, assignment.image.height, seed)
    assignment.suggested, assignment.honeypot = honeypot or (boxes, None)
    assignment.verify = verify
    Assignment.objects.filter(pk=assignment.pk).update(
        suggested=assignment.suggested, honeypot=assignment.honeypot, verify=verify
    )
