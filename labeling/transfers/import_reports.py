"""What an import did, file by file: a table beside the transfer, and its counts and first rows.

The table grows in the transaction that stores a chunk and its cursor. How much of it holds is
stored there too, so that what a killed worker wrote beyond is cut off by the next one.
"""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from labeling.kernel.json_shapes import TransferReport
from labeling.kernel.stored_files import media_path
from labeling.models import Transfer
from labeling.transfers.core.csv_text import cell

LISTED = 100  # rows kept with the transfer; the table has all
# each is also a count of the report
Outcome = Literal[
    "imported",
    "duplicates",
    "refused",
    "not_understood",
    "annotations",
    "added_boxes",
    "changed_boxes",
    "refused_boxes",
    "unused_boxes",
    "missing",
]
OUTCOMES: dict[Outcome, str] = {  # in words
    "imported": "taken",
    "duplicates": "already here",
    "refused": "refused",
    "not_understood": "not understood",
    "annotations": "annotations",
    "added_boxes": "boxes added to the image that is here",
    "changed_boxes": "box changed",
    "refused_boxes": "box refused",
    "unused_boxes": "boxes not used",
    "missing": "image not found",
}
QUIET = ("imported", "annotations", "added_boxes")  # what need not be shown first
HEADER = ("file", "outcome", "details")


class Line(NamedTuple):
    """One row: the file, what became of it (a code of OUTCOMES), and why."""

    file: str
    outcome: Outcome
    details: str = ""


def begin() -> TransferReport:
    """The summary of an import that has done nothing yet."""
    report: TransferReport = {"boxes": 0, "notes": [], "listed": [], "written": 0}
    for outcome in OUTCOMES:
        report[outcome] = 0
    return report


def path_of(row: Transfer) -> Path:
    """Where the table of an import lies."""
    return media_path(f"imports/{row.pk}/{row.job.slug}-import-{row.pk}.csv")


def add(row: Transfer, report: TransferReport, lines: Sequence[Line]) -> None:
    """Count the lines and put them at the table's end.

    Call it where the transfer's row is locked and `report` is stored with it: a worker that has
    lost the transfer must not cut off what the next one wrote.
    """
    shown = [Line(printable(f), outcome, printable(details)) for f, outcome, details in lines]
    for line in shown:
        report[line.outcome] += 1
        if line.outcome not in QUIET and len(report["listed"]) < LISTED:
            report["listed"].append((line.outcome, line.file, line.details))
    text = io.StringIO()
    table = csv.writer(text)
    if not report["written"]:
        text.write("\ufeff")  # else spreadsheets take the names for Latin-1
        table.writerow(HEADER)
    table.writerows((cell(f), OUTCOMES[outcome], cell(d)) for f, outcome, d in shown)
    data = text.getvalue().encode()
    path = path_of(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(report["written"])
        file.seek(report["written"])
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    report["written"] += len(data)


def printable(name: str) -> str:
    """The name with what cannot be printed or stored written as an escape."""
    whole = name.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in whole)
