"""Room on the disk: machine work stops while there is still enough for people's answers.

Training, predicting, imports, uploads and exports need 5 % free, answers and verdicts 1 %
(docs/operations.md 7.1). On large disks 5 GB and 1 GB are enough.
"""

import shutil

from django.conf import settings

from labeling.kernel.errors import DiskFull

GIGABYTE = 1 << 30
MACHINE, PEOPLE = (0.05, 5 * GIGABYTE), (0.01, GIGABYTE)  # share of the disk, bytes


def for_machine(wanted: int = 0) -> None:
    """Raises DiskFull where only people's work may still be written, or could be after so many
    bytes: who writes much asks first, else the disk is filled again and again."""
    if wanted and (free := _short_of(*MACHINE, wanted)):
        raise DiskFull(
            f"The disk has too little room ({free} free): this needs {wanted / GIGABYTE:.1f} GB, "
            "and some is kept for people's answers. It waits until there is room."
        )
    if free := _short_of(*MACHINE):
        raise DiskFull(
            f"The disk is nearly full ({free} free). Machine work waits until there is room; "
            "people's answers are still taken."
        )


def for_people() -> None:
    """Raises DiskFull where not even an answer may be written."""
    if free := _short_of(*PEOPLE):
        raise DiskFull(
            f"The server's disk is full ({free} free). Your work is kept in this browser and "
            "sent again once there is room. Tell the administrator."
        )


def _short_of(share: float, enough: int, wanted: int = 0) -> str:
    """How much is free, in words, if that is too little for what is wanted; else empty."""
    disk = shutil.disk_usage(settings.DATA_DIR)
    if disk.free - wanted >= min(share * disk.total, enough):
        return ""
    return f"{disk.free / GIGABYTE:.1f} GB of {disk.total / GIGABYTE:.0f}"
