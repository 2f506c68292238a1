"""Kills the browser at random moments while boxes are drawn, and counts those that are gone.

A box counts as kept when its drag ended at least `GUARANTEED` before the kill: within that time the
page must have it on the disk.
"""

import contextlib
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, Page

from benchmarks.desk import ARGS, VIEW, Desk, at, chromium, desk, ready, sign_in
from benchmarks.figures import Figure, Goal

KILLS = int(os.environ.get("BENCH_KILLS", "50"))
GUARANTEED = 0.3  # seconds


def run() -> Iterator[Figure]:
    """Draw, kill, look what is left; every time a fresh profile."""
    rng = random.Random(4)
    lost = drawn = 0
    with desk(6) as place:
        for _ in range(KILLS):
            before, after = _once(place, rng)
            drawn += before
            lost += max(0, before - after)
    yield Figure("boxes drawn before the kills", drawn, "boxes")
    yield Figure(f"boxes lost in {KILLS} kills of the browser", lost, "boxes", Goal("=", 0))


def _once(place: Desk, rng: random.Random) -> tuple[int, int]:
    """How many boxes must be there, and how many are."""
    with tempfile.TemporaryDirectory("-boxwise", ignore_cleanup_errors=True) as folder:
        with _profile(place, folder) as page:
            page.context.set_offline(True)  # or a server's draft could stand in for the disk
            timer = threading.Timer(rng.uniform(0.5, 3.5), _kill, (folder,))
            timer.start()
            ends = _draw(page, rng)
        timer.join()
        killed = time.monotonic()
        guaranteed = sum(1 for end in ends if end < killed_at.get(folder, killed) - GUARANTEED)
        with _profile(place, folder) as page:
            page.wait_for_timeout(300)
            found = page.locator("[data-boxes] button.row").count()
    return guaranteed, found


killed_at: dict[str, float] = {}


def _kill(folder: str) -> None:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # processes come and go
            args = path.read_bytes().decode(errors="replace")
            if f"--user-data-dir={folder}" in args and "--type=" not in args:
                killed_at[folder] = time.monotonic()
                os.kill(int(path.parent.name), signal.SIGKILL)
    (Path(folder) / "SingletonLock").unlink(missing_ok=True)


def _draw(page: Page, rng: random.Random) -> list[float]:
    """Boxes until the browser is gone; when each was finished."""
    ends: list[float] = []
    left, top = at(page, 0, 0)
    scale = at(page, 1, 0)[0] - left
    try:
        page.keyboard.down("Shift")
        while True:
            x, y = left + rng.uniform(20, 560) * scale, top + rng.uniform(20, 400) * scale
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x + 50, y + 50, steps=3)
            page.mouse.up()
            ends.append(time.monotonic())
    except Error:
        return ends


@contextlib.contextmanager
def _profile(place: Desk, folder: str) -> Iterator[Page]:
    """A browser with a profile on the disk, at the drawing page."""
    context = place.browser.browser_type.launch_persistent_context(
        Path(folder),
        executable_path=chromium(),
        args=list(ARGS),
        viewport=VIEW,
        base_url=place.server.url,
    )
    sign_in(context, place)
    page = context.new_page()
    page.goto(place.address)
    ready(page)
    yield page
    with contextlib.suppress(Error):  # it was killed
        context.close()
