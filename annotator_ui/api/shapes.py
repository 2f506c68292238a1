"""Shapes of answers that several resources and pages share, each beside what makes it."""

from typing import TypedDict

from django.contrib.auth import models as accounts
from django.urls import reverse

from labeling import models
from labeling.assignments import drafts
from labeling.kernel.boxes import Box, without_scores
from labeling.models.member import display_name
from labeling.reports import figures
from labeling.review import drawings, grid


class Picture(TypedDict):
    """An image: its size in full, and where its files are."""

    id: int
    name: str
    width: int
    height: int
    url: str
    preview_url: str


class RoundRef(TypedDict):
    """A round by its number."""

    number: int
    purpose: models.Round.Purpose


class Position(TypedDict):
    """Own answers of the round, and how many anybody still may give."""

    done: int
    left: int


class Returned(TypedDict):
    """Why a reviewer sent an image back."""

    code: grid.SentBack
    label: str


class Beside(TypedDict):
    """What comes with an assignment: the draft, why a reviewer sent its image back, own notes."""

    draft: drafts.ServerDraft | None
    returned: Returned | None
    notes: int


class Assignment(Beside):
    """An image to draw, as the annotate page opens it."""

    id: int
    image: Picture
    round: RoundRef
    version: int
    boxes: list[Box] | None
    suggested: list[Box]
    prelabelled: bool
    verify: bool
    lease_expires_at: str | None
    position: Position


class Audit(TypedDict):
    """A label to check; of a blind one nothing, until the checker's drawing is stored.

    From then on `drawn` is that drawing, and `revealed` what the label has besides.
    """

    id: int
    image: Picture
    round: RoundRef
    kind: models.Audit.Kind
    blind: bool
    boxes: list[Box]
    drawn: list[Box] | None
    revealed: list[Box] | None
    confidence: float | None
    threshold: float | None
    scores_shown: bool
    lease_expires_at: str | None


class User(TypedDict):
    """A person, for the page's corner."""

    id: int
    login: str
    name: str
    initials: str
    is_manager: bool


class StoredLabel(TypedDict):
    """A label that a person has made."""

    id: int
    boxes: list[Box]


class Lease(TypedDict):
    """Until when the work is this person's."""

    lease_expires_at: str


class GivenBack(TypedDict):
    """How many were given back."""

    given_back: int


def image(row: models.Image) -> Picture:
    """An image as pages need it."""
    return {
        "id": row.pk,
        "name": row.name,
        "width": row.width,
        "height": row.height,
        "url": reverse("image-file", args=[row.pk]),
        "preview_url": reverse("image-preview", args=[row.pk]),
    }


def _round(row: models.Round) -> RoundRef:
    return {"number": row.number, "purpose": models.Round.Purpose(row.purpose)}


def assignment(row: models.Assignment, position: Position, beside: Beside) -> Assignment:
    """An assignment as the annotate page needs it."""
    closing = row.round.purpose == models.Round.Purpose.CLOSING
    return {
        "id": row.pk,
        "image": image(row.image),
        "round": _round(row.round),
        "version": row.version,
        "boxes": row.boxes,
        "suggested": row.suggested or [],
        "prelabelled": row.suggested is not None and closing,
        "verify": row.verify,
        "lease_expires_at": row.lease_expires_at.isoformat() if row.lease_expires_at else None,
        "position": position,
        **beside,
    }


def audit(row: models.Audit) -> Audit:
    """An audit as the review page needs it; scores stay hidden until the verdict of a proof."""
    shown = row.kind == models.Audit.Kind.MONITORING
    boxes = row.predicted if shown else without_scores(row.predicted)
    threshold = row.label.detail.get("threshold") if row.label else None
    return {
        "id": row.pk,
        "image": image(row.image),
        "round": _round(row.round),
        "kind": models.Audit.Kind(row.kind),
        "blind": row.drawn_blind,
        "boxes": [] if row.drawn_blind else boxes,
        "drawn": row.drawn,
        "revealed": None if row.drawn is None else drawings.revealed(row),
        "confidence": row.confidence if shown else None,
        "threshold": threshold if shown else None,
        "scores_shown": shown,
        "lease_expires_at": row.lease_expires_at.isoformat() if row.lease_expires_at else None,
    }


def user(row: accounts.User, is_manager: bool = False) -> User:
    """The person, for the page's corner."""
    name = display_name(row)
    return {
        "id": row.pk,
        "login": row.get_username(),
        "name": name,
        "initials": figures.initials(name),
        "is_manager": is_manager,
    }
