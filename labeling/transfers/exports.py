"""Walks a job's labels and has a format's writer put them into a file."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch

from labeling.kernel import addresses, disk_space
from labeling.kernel.json_shapes import ExportOptions
from labeling.kernel.stored_files import media_path
from labeling.models import Image, Job, Label, Transfer
from labeling.transfers.core.export_formats import FORMATS, Format
from labeling.transfers.core.export_names import UniqueNames, file_path
from labeling.transfers.core.export_package import PARTS, Package
from labeling.transfers.core.export_writer import ExportRow, Setup
from labeling.transfers.core.splits import SPLITS, split_of

Progress = Callable[[int, int], None]
CHUNK = 500
FOLDER = "exports"  # a folder below it for each export


def file_of(row: Transfer) -> str:
    """The name of an export's stored file."""
    kind = FORMATS[row.format]
    ending = ".zip" if _is_zip(kind, row.options.get("export", {})) else ""
    return f"{FOLDER}/{row.pk}/{row.job.slug}.{kind.ending}{ending}"


def write_export(
    job: Job, format: str, options: ExportOptions, path: Path, progress: Progress
) -> int:
    """Write the labels to `path`, which is whole or not there; the number of images in it.

    An image without a label is left out where the format would make an empty one of it: whoever
    trains on the file would take it for a picture without an object. Each image is read once, so
    a label that is stored meanwhile comes whole or not at all.
    """
    walk = _Walk(job, format, options, progress)
    packed = _is_zip(walk.format, options)
    if walk.setup.images:
        disk_space.for_machine(walk.size_of_pictures())
    count = 0
    with Package(path, packed=packed, heartbeat=walk.heartbeat) as package:
        writer = walk.format.writer(package, walk.setup)
        for row, picture in walk.rows():
            writer.add(row)
            if walk.setup.images:
                package.add_file(writer.picture(row), picture)
            count += 1
        walk.read_classes()
        writer.finish()
        package.finish()
    return count


def clean_up_left(now: datetime) -> None:
    """Remove the parts of exports that nobody will finish: given up, or of a job that is gone."""
    left = list(media_path(FOLDER).glob(f"[0-9]*/*{PARTS}"))
    rows = Transfer.objects.filter(pk__in=[path.parent.name for path in left]).under_way(now)
    waited_for = set(rows.values_list("pk", flat=True)) if left else set()
    for path in left:
        if int(path.parent.name) not in waited_for:
            shutil.rmtree(path, ignore_errors=True)


def _is_zip(format: Format, options: ExportOptions) -> bool:
    return format.is_zip(images="images" in options, split="split" in options)


class _Walk:
    """The images of an export, one after the other."""

    def __init__(self, job: Job, format: str, options: ExportOptions, progress: Progress) -> None:
        self.job, self.format, self.options = job, FORMATS[format], options
        self._progress = progress
        self._told, self._done, self._total = time.monotonic(), 0, job.images.count()
        self._percent = options.get("split")
        self._unlabelled = options.get("unlabelled", bool(self.format.unlabelled))
        self._classes: dict[int, str] = {}  # those that are wanted
        self._known: set[int] = set()
        self._round = options.get("round") and job.rounds.get(number=options["round"]).pk
        # older jobs may have an address that is reserved by now
        attribute = f"{job.slug}-boxes" if addresses.problem(job.slug) else job.slug
        shares = zip(SPLITS, self._percent or (), strict=False)
        splits = tuple(split for split, share in shares if share) or ("",)
        images = options.get("images", False)
        self.setup = Setup(job.name, attribute, self._classes, splits, images)
        self.read_classes()

    def read_classes(self) -> None:
        """Learn the names of the classes that are wanted; new ones come after the others."""
        wanted = self.options.get("classes")
        for index, name in self.job.classes.order_by("index").values_list("index", "name"):
            self._known.add(index)
            if wanted is None or index in wanted:
                self._classes[index] = name

    def heartbeat(self) -> None:
        """Keep the lease while big pictures are copied."""
        if time.monotonic() - self._told > settings.STEP_LEASE_SECONDS / 4:
            self._told = time.monotonic()
            self._progress(self._done, self._total)

    def size_of_pictures(self) -> int:
        """Bytes of the pictures, at most: those that a source or round leaves out count, too."""
        images, size = self.job.images.present(), 0
        if not self._unlabelled:
            images = images.labeled()
        for name in images.values_list("file", flat=True).iterator(2000):
            with suppress(FileNotFoundError):  # it is named when its turn comes
                size += media_path(name).stat().st_size
            self.heartbeat()
        return size

    def rows(self) -> Iterator[tuple[ExportRow, Path]]:
        """Present images in order of import and where their pictures lie."""
        active = Prefetch("labels", Label.objects.active(), to_attr="active")
        names, last = UniqueNames(), 0
        files = UniqueNames(files=True, stems=self.format.several)
        while True:
            # pages by key instead of one long read, which would hold SQLite's log open
            images = self.job.images.filter(pk__gt=last).order_by("pk").prefetch_related(active)
            page = list(images[:CHUNK])
            if not page:
                return
            for image in page:
                name, file = names.take(image.name), ""  # excluded ones too: they may come back
                if self.format.several or self.setup.images:
                    path = file_path(image.name, image.file_kind, self.format.left_out)
                    file = files.take(path)
                label: Label | None = next(iter(image.active), None)  # type: ignore[attr-defined]
                if not image.excluded and self._wanted(label):
                    yield self._row(image, name, file, label), media_path(image.file)
            self._done, last = self._done + len(page), page[-1].pk
            self._progress(self._done, self._total)

    def _wanted(self, label: Label | None) -> bool:
        if label is None:
            return self._unlabelled
        if self._round is not None and label.round_id != self._round:
            return False
        source = self.options.get("source")
        return source is None or (label.source == Label.Source.AUTO) == (source == "auto")

    def _row(self, image: Image, name: str, file: str, label: Label | None) -> ExportRow:
        boxes, confidences = (label.boxes, _confidences(label)) if label else ([], [])
        if not self._known.issuperset(box["class_id"] for box in boxes):
            self.read_classes()  # one may be new
        pairs = [
            (box, confidence)
            for box, confidence in zip(boxes, confidences, strict=True)
            if box["class_id"] in self._classes
        ]
        return ExportRow(
            number=image.pk,
            name=name,
            file=file,
            width=image.width,
            height=image.height,
            digest=image.digest,
            split=split_of(image.digest, self._percent) if self._percent else "",
            source=label.source if label else "",
            boxes=[box for box, _ in pairs],
            confidences=[confidence for _, confidence in pairs],
            created_at=label.created_at if label else None,
        )


def _confidences(label: Label) -> list[float]:
    """Per box: the machine's score, people's agreement, 0 where one person stands alone."""
    if label.source == Label.Source.AUTO:
        return [box.get("score", 0.0) for box in label.boxes]
    if label.detail.get("method") in (None, "single"):
        return [0.0] * len(label.boxes)
    return label.detail["probability"]
