"""What images that reviewers corrected teach consolidation of the people who drew them."""

import numpy as np

from labeling.consolidation.core.edge_offsets import NO_OFFSET, learn_offset
from labeling.kernel.boxes import BoxSet, pack
from labeling.models import Label, Round

LATEST = 1_000  # reviewers' labels that are read


def offset_before(round: Round) -> np.ndarray:
    """(4,) how far this round's boxes are moved; see core.edge_offsets.

    Only what reviewers had corrected when the round began to consolidate counts, so that a rerun
    comes to the same boxes.
    """
    began = round.entered[Round.State.CONSOLIDATING]
    rows = Label.objects.filter(
        image__job=round.job, source=Label.Source.REVIEWER, created_at__lt=began
    ).exclude(ended=Label.Ended.TAKEN_BACK, revoked_at__lt=began)
    theirs: dict[int, BoxSet] = {}
    for boxes, detail in rows.order_by("-pk").values_list("boxes", "detail")[:LATEST]:
        if replaced := detail.get("before"):
            theirs[replaced] = pack(boxes)
    people = Label.objects.filter(
        pk__in=list(theirs), source=Label.Source.HUMAN, detail__method="em"
    ).order_by("pk")
    return learn_offset(
        (pack(label.boxes), np.array(label.detail.get("offset", NO_OFFSET)), theirs[label.pk])
        for label in people
    )
