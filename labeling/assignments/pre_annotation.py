"""What a seat shows whoever claims it: a person's boxes to verify, or a model's."""

from collections.abc import Callable, Sequence

from labeling.assignments import blind_controls
from labeling.assignments.core import honeypots
from labeling.kernel import sampling
from labeling.kernel.boxes import Box
from labeling.models import Assignment, Job, Round

# per image: the boxes to show, and whether checking them should beat drawing
Suggest = Callable[[Round, list[int]], dict[int, tuple[list[Box], bool]]]


def store_shown(round: Round, seats: Sequence[Assignment], suggest: Suggest | None) -> None:
    """Keep with each seat what its holder is shown; a person's boxes to verify are there already.

    Boxes are gone through one by one where the job verifies, and where the model's are expected
    to be checked faster than drawn. A closing round's are loaded as editable boxes instead.
    """
    verifies = round.mode == Job.Mode.VERIFY
    closing = round.purpose == Round.Purpose.CLOSING
    for seat in seats:
        if seat.suggested is not None:
            _store(seat, seat.suggested, True)
    wanted = [seat for seat in seats if seat.suggested is None and not seat.blank]
    if suggest is None or round.blind:
        return
    if not (wanted and blind_controls.shows_boxes(round)):
        return
    drawn = set(round.settings.drawn_classes)
    shown = suggest(round, [seat.image_id for seat in wanted])
    for seat in wanted:
        if seat.image_id in shown:
            boxes, faster = shown[seat.image_id]
            boxes = [box for box in boxes if box["class_id"] not in drawn]
            _store(seat, boxes, verifies or (faster and not closing))


def _store(seat: Assignment, boxes: list[Box], verify: bool) -> None:
    """In some seats with a wrong box among the others."""
    share, seed = seat.round.settings.planted_percent / 100, f"planted:{seat.pk}"
    planted = None
    if sampling.sampled(seat.image.digest, seed, share):
        planted = honeypots.plant(boxes, seat.image.width, seat.image.height, seed)
    seat.suggested, seat.planted = planted or (boxes, None)
    seat.verify = verify
    Assignment.objects.filter(pk=seat.pk).update(
        suggested=seat.suggested, planted=seat.planted, verify=verify
    )
