"""Jobs that a test process makes once and gives to each test as they were: rows and files.

To bring a job to its audit takes seconds, to put it back a tenth of one; many tests begin there.
"""

import copy
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from labeling.models import Job

# Rows keep their numbers, so each kept job has some that no other row of any test has.
FIRST, APART = 7_000_000, 100_000
_kept: dict[Hashable, "Kept"] = {}


@dataclass(frozen=True)
class Kept:
    """A job, its rows and its files, and when it was so."""

    pk: int
    rows: dict[type[models.Model], list[models.Model]]
    files: dict[Path, bytes]
    at: datetime


def kept(key: Hashable, make: Callable[[], Job]) -> Job:
    """The job as `make` leaves it; its people must have the same numbers each time.

    What was to happen at a time happens as much later as the job is given again.
    """
    if connection.vendor != "sqlite":
        return make()
    if key in _kept:
        _put_back(_kept[key])
    else:
        first = FIRST + APART * len(_kept)
        _number_from(first)
        _kept[key] = _taken(make(), first)
    return Job.objects.get(pk=_kept[key].pk)


def _models() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.app_label in ("labeling", "mlassist")]


def _number_from(first: int) -> None:
    with connection.cursor() as cursor:
        for model in _models():
            table = model._meta.db_table
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, first])


def _taken(job: Job, first: int) -> Kept:
    rows = {model: list(model._base_manager.filter(pk__gt=first)) for model in _models()}
    media = Path(settings.MEDIA_ROOT)
    files = {
        path.relative_to(media): path.read_bytes()
        for path in media.rglob("*")
        if path.is_file() and str(job.pk) in path.parts
    }
    return Kept(job.pk, rows, files, timezone.now())


def _put_back(one: Kept) -> None:
    passed = timezone.now() - one.at

    def later(row: models.Model) -> models.Model:
        again = copy.copy(row)
        for field in again._meta.concrete_fields:
            value: Any = getattr(again, field.attname)
            if isinstance(value, datetime):
                setattr(again, field.attname, value + passed)
        return again

    with transaction.atomic():  # foreign keys are looked at when it ends
        for model, rows in one.rows.items():
            fields = model._meta.concrete_fields
            size = connection.ops.bulk_batch_size(list(fields), rows)
            for start in range(0, len(rows), size):
                some = [later(row) for row in rows[start : start + size]]
                model._base_manager._insert(  # type: ignore[attr-defined]  # as fixtures are loaded
                    some, fields=fields, using="default", raw=True
                )
    for name, content in one.files.items():
        path = Path(settings.MEDIA_ROOT, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
