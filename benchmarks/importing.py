"""An import of 1,000 pictures of about 40 KB: its time, and the memory that grows with it."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.figures import Figure, Goal
from benchmarks.workplace import workplace

FEW, MANY = 200, 1000
SIZE = (640, 480)
QUALITY = 80
GRAIN = 4.5  # sd of the noise; with it a picture takes about 42 KB at this quality


def draw(index: int, path: Path) -> None:
    """A soft picture with grain, as a camera's file would weigh."""
    rng = np.random.default_rng([5, index])
    coarse = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).resize(
        SIZE, Image.Resampling.BICUBIC
    )
    grain = rng.normal(0, GRAIN, (SIZE[1], SIZE[0], 1))
    noisy = np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(path, quality=QUALITY)


def imported(count: int) -> None:
    """Runs in a process of its own, so that its peak is its own; prints what it took."""
    import django

    django.setup()
    from labeling.jobs import setup
    from labeling.kernel.stored_files import media_path
    from labeling.ledger import runner
    from labeling.transfers import transfers

    folder = media_path("uploads/bench")
    folder.mkdir(parents=True)
    for index in range(count):
        draw(index, folder / f"picture-{index:04}.jpg")
    weight = sum(p.stat().st_size for p in folder.iterdir()) / count
    job = setup.create("Import", None)
    row = transfers.start_import(job, None, "files", "uploads/bench")
    forget_peak()
    began = time.perf_counter()
    runner.run("transfer", row.pk)
    seconds = time.perf_counter() - began
    row.refresh_from_db()
    assert row.report["imported"] == count, (row.error, row.report)
    print(json.dumps({"seconds": seconds, "peak": peak(), "kilobytes": weight / 1000}))


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # the kernel's way to reset VmHWM


def peak() -> float:
    """Peak resident memory in MB since `forget_peak`."""
    lines = Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def run() -> Iterator[Figure]:
    """200 and 1,000 pictures, each into a fresh data folder."""
    results = {}
    for count in (FEW, MANY):
        with workplace() as place:
            told = place.python("-m", "benchmarks.importing", str(count))
            results[count] = json.loads(told.splitlines()[-1])
    few, many = results[FEW], results[MANY]
    yield Figure("import of 1,000 pictures", many["seconds"], "s", Goal("<=", 60))
    yield Figure("a picture's file", many["kilobytes"], "KB")
    yield Figure("peak memory, 200 to 1,000 pictures", many["peak"] - few["peak"], "MB more")
    yield Figure("peak memory, 1,000 pictures", many["peak"], "MB")


if __name__ == "__main__":
    imported(int(sys.argv[1]))
