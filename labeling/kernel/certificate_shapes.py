"""The certificate as JSON, part by part; what each entry means is told in docs/certificate.md."""

from typing import Literal, NotRequired, TypedDict

from labeling.kernel.boxes import Box
from labeling.kernel.signatures import Signature

Outcome = Literal["certified", "not_provable", "refused"]


class EarlierAttempt(TypedDict):
    """A proof of the job before this one; `certificate`: digest of its file, if it was written."""

    round: int
    level: float
    content_digest: str
    certificate: str | None


class Origin(TypedDict):
    """Where a certificate comes from."""

    job: str
    round: int
    earlier_attempts: list[EarlierAttempt]
    locked_at: str
    code: str


class DetectorSaid(TypedDict, total=False):
    """The detector, and how its boxes and confidences are made."""

    detector: str
    design: str
    score_thresholds: dict[str, float]
    confidence: str
    validation_images: int


class ExpectedSet(TypedDict):
    """What the calibration images let expect of a set: quantiles of their quality, plain and less
    what their confidence foretells at this slope."""

    values: list[float]
    controlled: list[float]
    slope: float


# "class" is no name of a field, so this one is made by a call
LockedSet = TypedDict(
    "LockedSet",
    {
        "threshold": float,
        "size": int,
        "target": float,
        "expected": NotRequired[ExpectedSet],  # where the exact test needs none
        "class": NotRequired[str],
    },
)


class PlanContent(TypedDict):
    """What an audit plan locks, without its images."""

    about: DetectorSaid
    attempt: int
    previous: str | None  # content digest of the attempt before
    risk: float
    server_nonce_digest: str
    guarantee: str
    images: int
    granted: float
    target: float
    level: float
    budget: int
    most_checks: int
    drawn_blind: bool
    by_class: NotRequired[bool]
    left_out: NotRequired[dict[str, str]]
    sets: list[LockedSet]


class LockedContent(PlanContent):
    """The same with every image put to the proof: digest of its picture, the strictest set that
    holds it, commitment to its boxes, confidence."""

    candidates: list[tuple[str, int, str, float]]


class LockedStart(TypedDict):
    """What the test starts from: the content, the seed drawn after it, and the budgets."""

    content: LockedContent
    seed: str
    budgets: list[list[int]]  # first draw, checks in all


class Locked(LockedStart):
    """The same with its digests, of the content and of the order that follows from the seed."""

    content_digest: str
    server_nonce: str
    reviewer_nonce: str
    order_digest: str


class Draw(TypedDict):
    """A check of the locked order; `value` is what the guarantee counts.

    `drawn`: what was drawn before the label was revealed; `checker`: 1 for the first person of the
    order, 2 for the next.
    """

    image: str
    size: list[int]
    checker: int
    verdict: str
    predicted: list[Box]
    drawn: list[Box] | None
    boxes: list[Box] | None
    missed_honeypot: bool | None
    value: float
    blind_checker: int | None
    blind_missed_honeypot: bool | None
    blind_drawn: list[Box] | None
    blind_boxes: list[Box] | None
    blind_value: float | None


class AnchoringSaid(TypedDict):
    """What seeing the boxes did to the checkers."""

    images: int
    blind_mean: float
    shown_mean: float
    bias: float
    bias_error: float


class CheckedTwice(TypedDict):
    """How two people differ who drew the same images blind, and what both and the label miss."""

    images: int
    agreement: float
    sensitivity: float
    unseen: float


class Result(TypedDict):
    """What follows from the plan and the draws."""

    outcome: Outcome
    sets_tested: int
    sets_certified: int
    sets_shown: NotRequired[list[int]]
    certified_images: int
    audited: int
    observed_mean: float | None
    wealth: list[list[float]]
    rest_bound: float | None
    anchoring: AnchoringSaid | None
    judged_blind: list[list[float] | None]
    checked_twice: CheckedTwice | None


class Body(TypedDict):
    """A certificate before its digest."""

    format: str
    about: Origin
    locked: Locked
    draws: list[Draw]
    result: Result


class Document(Body):
    """A whole certificate; the signature is of its digest."""

    digest: str
    signature: Signature


class Receipt(TypedDict):
    """What whoever gave the reviewer's number keeps: which plan it was given for."""

    format: str
    job: str
    content_digest: str
    reviewer_nonce: str
    given_at: str
    signature: Signature


class CandidateLabel(TypedDict):
    """The boxes that were put to the proof for one image; a line of the file of all of them."""

    image: str
    boxes: list[Box]
