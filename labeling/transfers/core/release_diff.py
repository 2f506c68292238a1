"""How one release differs from the one before: two sorted streams of images, read side by side."""

import json
from collections.abc import Iterable, Iterator
from typing import Literal, NotRequired, Protocol, TypedDict

from labeling.kernel.boxes import Box, iou_matrix, pack
from labeling.kernel.digests import canonical
from labeling.kernel.json_shapes import Changes
from labeling.transfers.core.release_file import ImageLine, Previous

FORMAT = "boxwise-release-diff/1"
SAME_OBJECT = 0.5  # IoU from which two boxes show one object, as everywhere in the program
Kind = Literal["image_added", "image_removed", "label_added", "label_removed", "label_changed"]
TOTALS: dict[Kind, str] = {
    "image_added": "images_added",
    "image_removed": "images_removed",
    "label_added": "labels_added",
    "label_removed": "labels_removed",
    "label_changed": "labels_changed",
}


class BoxChanges(TypedDict):
    """What became of the boxes of a label that changed."""

    boxes_added: int
    boxes_removed: int
    boxes_moved: int
    classes_changed: int
    scores_changed: int


class Change(TypedDict):
    """An image that is new, gone, or whose label is; `source`: before and after, where changed."""

    image: str
    change: Kind
    boxes: NotRequired[BoxChanges]
    source: NotRequired[list[str]]


class Writable(Protocol):
    """Where a text goes."""

    def write(self, text: str, /) -> int:
        """Take a part of it."""


def changes(before: Iterable[ImageLine], after: Iterable[ImageLine]) -> Iterator[Change]:
    """The changes in the order of the images; holds one line of each side."""
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if old is None or (new is not None and new["image"] < old["image"]):
            assert new is not None
            yield {"image": new["image"], "change": "image_added"}
            new = next(news, None)
        elif new is None or old["image"] < new["image"]:
            yield {"image": old["image"], "change": "image_removed"}
            old = next(olds, None)
        else:
            if change := _of_label(old, new):
                yield change
            old, new = next(olds, None), next(news, None)


def write(out: Writable, previous: Previous | None, found: Iterable[Change]) -> Changes:
    """Write the file diff.json, a line an image; how much changed in all."""
    totals = _none()
    out.write(f'{{"format": "{FORMAT}",\n"previous": {canonical(previous).decode()},\n"images": [')
    between = "\n"
    for change in found:
        out.write(between + canonical(change).decode())
        between = ",\n"
        totals[TOTALS[change["change"]]] += 1  # type: ignore[literal-required]
        for name, count in change.get("boxes", {}).items():
            totals[name] += count  # type: ignore[literal-required]
    out.write(f'],\n"counts": {canonical(totals).decode()}}}\n')
    return totals


def read_lines(lines: Iterable[bytes]) -> Iterator[Change]:
    """The changes of a file that `write` wrote; raises ValueError for a line that is none."""
    for line in lines:
        if not line.startswith(b'{"') or line.startswith(b'{"format"'):
            continue  # what stands around them
        change = json.loads(line.rstrip(b"],\n"))
        boxes = change.get("boxes", {})
        known = isinstance(boxes, dict) and boxes.keys() <= BoxChanges.__annotations__.keys()
        counted = known and all(type(count) is int for count in boxes.values())
        if not counted or change.get("change") not in (*TOTALS,):
            raise ValueError(f"{line[:80]!r} is no change as a release has it.")
        yield change


def _none() -> Changes:
    return {
        "images_added": 0,
        "images_removed": 0,
        "labels_added": 0,
        "labels_removed": 0,
        "labels_changed": 0,
        "boxes_added": 0,
        "boxes_removed": 0,
        "boxes_moved": 0,
        "classes_changed": 0,
        "scores_changed": 0,
    }


def _of_label(old: ImageLine, new: ImageLine) -> Change | None:
    if old["boxes"] == new["boxes"] and old["source"] == new["source"]:
        return None
    if old["boxes"] is None:
        return {"image": new["image"], "change": "label_added"}
    if new["boxes"] is None:
        return {"image": new["image"], "change": "label_removed"}
    boxes = compare(old["boxes"], new["boxes"])
    found: Change = {"image": new["image"], "change": "label_changed", "boxes": boxes}
    if old["source"] != new["source"]:
        found["source"] = [old["source"], new["source"]]
    return found


def compare(before: list[Box], after: list[Box]) -> BoxChanges:
    """What became of the boxes (docs/certificate.md 7.3).

    Pairs are taken greedily, never by an optimiser: any program must get the same of them.
    """
    scores = moved = classes = 0
    olds, news = list(before), list(after)
    for old in before:  # those that stayed where they are, in the order of the label
        same = next((new for new in news if _place(new) == _place(old)), None)
        if same is not None:
            scores += old.get("score") != same.get("score")
            olds.remove(old)
            news.remove(same)
    for old, new in _pairs(olds, news):
        olds.remove(old)
        news.remove(new)
        classes += old["class_id"] != new["class_id"]
        moved += _place(new)[1:] != _place(old)[1:]
    return {
        "boxes_added": len(news),
        "boxes_removed": len(olds),
        "boxes_moved": moved,
        "classes_changed": classes,
        "scores_changed": scores,
    }


def _place(box: Box) -> tuple[float, ...]:
    return (box["class_id"], box["x1"], box["y1"], box["x2"], box["y2"])


def _pairs(olds: list[Box], news: list[Box]) -> list[tuple[Box, Box]]:
    """Boxes that show one object: of one class first, then by overlap, then in order."""
    a, b = pack(olds), pack(news)
    iou = iou_matrix(a.coords, b.coords)
    near = [
        (bool(a.classes[i] != b.classes[j]), -float(iou[i, j]), int(i), int(j))
        for i, j in zip(*(iou >= SAME_OBJECT).nonzero(), strict=True)
    ]
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    found = []
    for _, _, i, j in sorted(near):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            found.append((olds[i], news[j]))
    return found
