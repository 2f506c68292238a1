"""Pictures and archives for tests to import."""

import io
import json
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture

from labeling.ledger import runner
from labeling.models import Transfer
from labeling.transfers import uploads


def picture(
    color: tuple[int, int, int] = (200, 30, 30), size=(60, 40), kind="JPEG", **save
) -> bytes:
    """One encoded picture."""
    file = io.BytesIO()
    Picture.new("RGB", size, color).save(file, kind, **save)
    return file.getvalue()


def many_scans(before: bytes = b"") -> bytes:
    """A JPEG whose scan comes 400 times, with these bytes ahead of it."""
    data = picture()
    scan = data.index(b"\xff\xda")
    header = 2 + int.from_bytes(data[scan + 2 : scan + 4], "big")
    return data[:scan] + before + data[scan : scan + header] * 400 + data[scan:]


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def upload(job, *files: tuple[str, bytes], **options) -> Transfer:
    """Upload and import at once."""
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    row = uploads.receive(job, None, sent, **{"boxes": "suggestions", **options})
    runner.run("transfer", row.pk)
    row.refresh_from_db()
    return row


def coco_file(**changes) -> bytes:
    """A COCO file of two pictures with a box each."""
    return json.dumps(
        {
            "images": [
                {"id": 1, "file_name": "a.jpg", "width": 60, "height": 40},
                {"id": 2, "file_name": "b.jpg", "width": 60, "height": 40},
            ],
            "categories": [{"id": 7, "name": "Cat"}, {"id": 9, "name": "bird"}],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 7, "bbox": [5, 5, 20, 20]},
                {"id": 2, "image_id": 2, "category_id": 9, "bbox": [1, 2, 10, 10]},
            ],
            **changes,
        }
    ).encode()
