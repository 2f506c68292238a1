"""What the database keeps as JSON, so that who reads a column knows what is in it."""

from typing import Literal, NotRequired, TypeAlias, TypedDict

from labeling.kernel.boxes import Box
from labeling.kernel.certificate_shapes import DetectorSaid

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
# how one label is made of several answers
Method = Literal["single", "em", "majority", "average", "verified"]
# what became of a suggestion
Outcome = Literal[
    "accepted",  # kept as the model drew it
    "changed",  # kept, with another place or class
    "dismissed",  # the person took it away
    "left",  # shown, and not answered
    "unseen",  # below the confidence the person asked to see
]
# what webhooks are told of
WebhookEvent = Literal[
    "round_opened",
    "people_needed",  # a round waits for annotators
    "audit_due",  # a proof waits for reviewers
    "job_complete",
    "step_failed",
]
# what takes time
Action = Literal[
    "open",
    "drag",
    "clicks",
    "points",  # a box drawn in one of these ways
    "draw",  # made in another way: pasted, repeated, put down by key
    "adjust",
    "accept",
    "reject",
    "delete",
    "submit",
]
ActionTimes: TypeAlias = dict[Action, int]  # active milliseconds


class Estimate(TypedDict):
    """What the machine would accept now, where nothing is binding yet."""

    accept_now: int
    share: float  # of the unlabelled images
    threshold: float | None
    sentence: str
    labels: NotRequired[int]  # that taught the detector
    elsewhere: NotRequired[int]  # more of them, in the jobs it began with
    # target, share, its low and high end, checks; mlassist.calibration forecasts it
    forecast: NotRequired[list[tuple[float, float, float, float, float]]]


class AveragePrecision(TypedDict):
    """COCO's, over the classes that occur, all sizes, at most 100 boxes an image; in [0, 1]."""

    ap: float  # mean over IoU .50 to .95 in steps of .05
    ap50: float
    ap75: float


class LabelDetail(DetectorSaid, total=False):
    """How a label came to be. People's: method to settings. Auto: the detector, threshold,
    certificate."""

    method: Method
    votes: list[int]  # for each box
    probability: list[float]
    spread: list[float]  # sd of an edge, relative to the side of its box
    offset: list[float]  # by which left, top, right and bottom edges were moved, likewise
    risk: float  # expected errors left
    agreement: list[float]  # quality of each person's answer against the label
    settings: dict[str, float]
    threshold: float
    certificate: str
    audit: int  # whose verdict it is
    before: int | None  # the label it replaced
    suggestion: int  # the thread whose correction it is
    adjudicated: dict[str, int]  # groups of boxes by the way they were decided


class DraftBox(Box):
    """A box in the middle of the work: whether it still is only a suggestion, and of which one."""

    suggested: bool
    source: int | None


class DraftContent(TypedDict):
    """A draft as the database keeps it."""

    boxes: list[DraftBox]
    active_ms: int
    action_ms: ActionTimes | None


class StepData(TypedDict, total=False):
    """What the live page draws of a running step."""

    loss: list[tuple[int, float]]  # step, loss


class ExportOptions(TypedDict, total=False):
    """How an export differs from the plain one: all labels of its moment in one file."""

    images: bool  # the pictures come along
    split: list[int]  # percent of train, validation and test
    source: Literal["people", "auto"]  # whose labels
    round: int  # number of the one whose labels are wanted
    classes: list[int]  # indexes of those whose boxes are wanted
    unlabelled: bool  # images without a label, too


class ReleaseOptions(TypedDict):
    """What a release is asked for: a note, and percent of train, validation and test, if any."""

    note: str
    split: list[int] | None


class Changes(TypedDict):
    """How a release differs from the one before: images, labels, and boxes of changed labels."""

    images_added: int
    images_removed: int
    labels_added: int
    labels_removed: int
    labels_changed: int
    boxes_added: int
    boxes_removed: int
    boxes_moved: int
    classes_changed: int
    scores_changed: int


class ReleaseCounts(TypedDict):
    """How much is in a release; `sources`: labels by their source."""

    images: int
    labelled: int
    boxes: int
    excluded: int
    certificates: int
    sources: dict[str, int]
    splits: dict[str, int]
    changes: Changes


class TransferOptions(TypedDict, total=False):
    """Of an import: what becomes of boxes that come along, and the names to keep; none: all. Of an
    export: how it differs from the plain one. Of a release: its note and split."""

    boxes: str
    keep: list[str]
    export: ExportOptions
    release: ReleaseOptions


class TransferReport(TypedDict, total=False):
    """What a transfer did: of an import all but `images`, which is an export's alone."""

    images: int
    imported: int
    duplicates: int
    refused: int
    not_understood: int
    annotations: int
    added_boxes: int
    changed_boxes: int
    refused_boxes: int
    unused_boxes: int
    missing: int
    boxes: int
    notes: list[str]
    listed: list[tuple[str, str, str]]  # outcome, file, details of the first files to look at
    written: int  # bytes of the table that hold


class PageSettings(TypedDict, total=False):
    """How the drawing page looks for a person, where it differs from the defaults."""

    method: Literal["drag", "clicks", "points"]
    crosshair: bool
    crosshairColor: str
    crosshairStrength: float
    magnifier: bool
    labels: Literal["names", "numbers", "none"]
    confidence: dict[str, float]  # by job: boxes below it are not shown


class StoredBoxScores(TypedDict):
    """Box scores as JSON: the mean overlap, and scores and expected IoU by class, "": pooled."""

    overlap: float
    curves: dict[str, tuple[list[float], list[float]]]
