"""Brings a source's files in, chunk by chunk: pictures, their boxes, and a line for every file."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings

from labeling.consolidation import labels
from labeling.jobs import presets
from labeling.jobs.images import Incoming, prepare
from labeling.kernel import events, file_kinds
from labeling.kernel.errors import Invalid
from labeling.kernel.pictures import Normaliser
from labeling.ledger import leases
from labeling.models import Image, Label, Transfer
from labeling.transfers import annotations, import_reports, sources
from labeling.transfers.annotations import Entry, Found, Given
from labeling.transfers.core import annotation_formats
from labeling.transfers.import_reports import Line
from labeling.transfers.picture_names import ByName

CHUNK = 25
Lease = leases.Lease[Transfer]
OTHER_CONTENT = "the file has boxes of its own for this content; these are of another picture"


@dataclass
class Picture:
    """A picture of the source, ready to be stored, and its boxes."""

    name: str
    image: Image
    given: Given | None
    more: Sequence[Line] = ()  # of boxes that seemed to be its own


Made = Picture | Entry | Line


def run_import(row: Transfer, lease: Lease) -> None:
    """Do what is left of an import; a rerun neither doubles nor drops a file or its line."""
    with sources.source_of(row) as source:
        names = source.names()
        work = _Work(row, lease, source, names)
        work.begin()
        items: list[str | int] = [*names, *range(len(work.found.absent))]
        with lease.fenced(total=len(items)):
            pass
        with Normaliser() as child:
            for start in range(row.cursor, len(items), CHUNK):
                chunk = items[start : start + CHUNK]
                work.store(work.prepare(chunk, child), start + len(chunk))
    report = work.report
    with lease.fenced(last=True, report=report, done=len(items)):
        events.record(
            row.job,
            "import_finished",
            None,
            imported=report["imported"],
            duplicates=report["duplicates"],
            refused=report["refused"],
            boxes=report["boxes"],
        )
        images = row.job.images.present().count()
        presets.fit(row.job, images - report["imported"], images)
    sources.clean_up(row)


class _Work:
    """One attempt at an import."""

    def __init__(
        self, row: Transfer, lease: Lease, source: sources.Source, names: Sequence[str]
    ) -> None:
        self.row, self.lease, self.source = row, lease, source
        self.report = row.report or import_reports.begin()
        self._kept_at = time.monotonic()
        use = row.options.get("boxes", annotations.BOX_USES[0])
        self.found: Found = annotations.find_annotations(source, names, use, self._heartbeat)
        self._in_job: ByName[int] | None = None
        self._empty = not names

    def _heartbeat(self) -> None:
        """Keep the lease through long reading: big pictures take seconds each."""
        if time.monotonic() - self._kept_at < settings.STEP_LEASE_SECONDS / 4:
            return
        with self.lease.fenced():
            self._kept_at = time.monotonic()

    def begin(self) -> None:
        """Add the classes that are new, once, and say so; later attempts only look them up."""
        first = not self.row.report
        with self.lease.fenced():
            self.report["notes"] += annotations.map_classes(self.row.job, self.found, add=first)
            if first and self._empty:
                self.report["notes"].append("There is no file in it, so nothing was imported.")
            if first:
                Transfer.objects.filter(pk=self.row.pk).update(report=self.report)

    def prepare(self, chunk: Sequence[str | int], child: Normaliser) -> list[Made]:
        """What is to be stored of these files, and of these places in `found.absent`."""
        made: list[Made] = []
        for item in chunk:
            self._heartbeat()
            if isinstance(item, int):
                made.append(self.found.absent[item])
            elif item in self.found.lines:
                made += self.found.lines[item]
            else:
                try:
                    made.append(self._picture(item, child))
                except Invalid as error:
                    entry = self.found.by_name.get(item)
                    lost = f" Its {len(entry.rows)} boxes are not used." if entry else ""
                    made.append(Line(item, "refused", error.message + lost))
        return made

    def _picture(self, name: str, child: Normaliser) -> Picture | Line:
        """The picture, or why it is none; its content decides, not the way it came."""
        sources.check_name(name)
        suffix = PurePosixPath(name).suffix.lower()
        if reason := _not_understood(name, suffix, self.source.head(name)):
            return Line(name, "not_understood", reason)
        with self.source.open(name) as path:
            image = prepare(self.row.job, Incoming(name, path), self.row.intake, child)
        named, same = self.found.by_name.get(name), self.found.by_digest.get(image.digest)
        more = []
        if named and same and named is not same:
            more.append(Line(f"{name} in {named.file}", "unused_boxes", OTHER_CONTENT))
        entry = same or named
        return Picture(name, image, self.found.given(entry, image) if entry else None, more)

    def store(self, made: Sequence[Made], cursor: int) -> None:
        """Save a chunk, the cursor and the lines in one transaction."""
        pictures = [one for one in made if isinstance(one, Picture)]
        # Progress forgives earlier ends: only an import that dies at one place again and again
        # stops.
        with self.lease.fenced(cursor=cursor, done=cursor, attempts=1):
            known = dict(
                self.row.job.images.filter(
                    digest__in=[one.image.digest for one in pictures]
                ).values_list("digest", "pk")
            )
            fresh = {
                one.image.digest: one for one in reversed(pictures) if one.image.digest not in known
            }
            self._create([one for one in pictures if fresh.get(one.image.digest) is one])
            lines: list[Line] = []
            for one in made:
                if isinstance(one, Line):
                    lines.append(one)
                elif isinstance(one, Entry):
                    lines += self._for_absent(one)
                elif fresh.get(one.image.digest) is one:
                    lines += [*self._lines_of(one), *one.more]
                else:
                    lines += [*self._already_here(one), *one.more]
            import_reports.add(self.row, self.report, lines)
            Transfer.objects.filter(pk=self.row.pk).update(report=self.report)

    def _create(self, pictures: Sequence[Picture]) -> None:
        for one in pictures:
            if one.given is None:
                continue
            if self._finished(one.given):
                one.image.split = Image.Split.TRAINING
            elif one.given.boxes or one.given.whole:
                one.image.imported = one.given.boxes
        Image.objects.bulk_create([one.image for one in pictures])
        Label.objects.bulk_create(
            Label(image=one.image, source=Label.Source.IMPORTED, boxes=one.given.boxes)
            for one in pictures
            if one.given and self._finished(one.given)
        )

    def _finished(self, given: Given) -> bool:
        """Whether the boxes become a label: never where one of them was refused."""
        return self.found.use == "labels" and given.whole

    def _lines_of(self, one: Picture) -> list[Line]:
        if one.given is None:
            return [Line(one.name, "imported")]
        return [Line(one.name, "imported", self._taken(one.given)), *one.given.lines]

    def _taken(self, given: Given) -> str:
        """What became of the boxes, in words; they are counted."""
        self.report["boxes"] += len(given.boxes)
        said = f"{len(given.boxes)} boxes as "
        if self._finished(given):
            return f"{said}finished label"
        if self.found.use == "labels":
            return f"{said}suggestions: no finished label, since not every box could be used"
        return f"{said}suggestions"

    def _already_here(self, one: Picture) -> list[Line]:
        """A picture whose content the job has; its boxes may still be wanted."""
        image = self.row.job.images.get(digest=one.image.digest)
        line = Line(one.name, "duplicates", f"the same content as {image.name}")
        return [line, *(self._give(image, one.given) if one.given else [])]

    def _for_absent(self, entry: Entry) -> list[Line]:
        """Boxes of a picture that is not in the source, but perhaps in the job."""
        told = f"{entry.name} in {entry.file}"
        if self._in_job is None:
            rows = self.row.job.images.order_by("pk").values_list("name", "pk")
            self._in_job = ByName(rows.iterator(2000))
        same = self.row.job.images.filter(digest=entry.digest or "")
        keys = list(same.values_list("pk", flat=True))
        if not keys and entry.ambiguous:
            return [Line(told, "unused_boxes", entry.ambiguous)]
        keys = keys or self._in_job.find(entry.name) or self._in_job.find(entry.also)
        if entry.listed and keys:
            return []
        if len(keys) == 1:
            image = self.row.job.images.get(pk=keys[0])
            if self.found.by_digest.get(image.digest, entry) is not entry:
                return [Line(told, "unused_boxes", OTHER_CONTENT)]
            return self._give(image, self.found.given(entry, image))
        if not keys:
            return [Line(told, "missing", "no picture of this name, here or in the job")]
        reason = f"{len(keys)} images of the job have this name, so none got the boxes"
        return [Line(told, "unused_boxes", reason)]

    def _give(self, image: Image, given: Given) -> list[Line]:
        """Boxes for an image of the job, where nobody has worked on it yet."""
        told = f"{image.name} in {given.entry.file}"
        if not (given.boxes or given.whole):
            return given.lines
        finished = self._finished(given)
        if reason := labels.bring(image, given.boxes, finished=finished):
            return [*given.lines, Line(told, "unused_boxes", reason)]
        return [Line(told, "added_boxes", self._taken(given)), *given.lines]


def _not_understood(name: str, suffix: str, head: bytes) -> str:
    """Why this is not meant as a picture, in words; empty if it is."""
    path = PurePosixPath(name)
    if path.name.startswith(".") or "__MACOSX" in path.parts or path.name == "Thumbs.db":
        return "Left out: a hidden file of the computer it comes from."
    if suffix in file_kinds.PICTURES or (not suffix and file_kinds.is_picture(head)):
        return ""
    if file_kinds.is_picture(head):
        endings = ", ".join(sorted(file_kinds.PICTURES))
        return f"It holds a picture, but its name says otherwise; end it in one of {endings}."
    if kind := file_kinds.archive(head):
        return f"A {kind} archive among the files is not opened; unpack it, or upload it alone."
    return annotation_formats.not_understood(name, head) or file_kinds.not_a_picture(head)
