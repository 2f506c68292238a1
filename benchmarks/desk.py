"""An annotator's desk for measurements: a real server, a job of photos, a page in Chromium."""

import contextlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.importing import draw
from benchmarks.workplace import Server, server, workplace

ARGS = ("--no-sandbox", "--disable-gpu")
SIZE = (640, 480)  # of benchmarks.importing's pictures
VIEW = {"width": 1440, "height": 900}
AIR = 12  # pixels the page leaves around the image
Box = dict[str, float]


@dataclass(frozen=True)
class Desk:
    """What a measurement needs."""

    server: Server
    browser: Browser
    slug: str
    session: str

    @property
    def address(self) -> str:
        """Of the drawing page."""
        return f"/jobs/{self.slug}/work"

    def context(self, **options: Any) -> BrowserContext:
        """A fresh profile, signed in."""
        context = self.browser.new_context(base_url=self.server.url, viewport=VIEW, **options)
        sign_in(context, self)
        return context

    def page(self, change: Callable[[dict[str, Any]], None] | None = None) -> Page:
        """A blank page in a fresh profile; `change` edits the data the drawing page comes with."""
        page = self.context().new_page()
        if change:
            # The server knows nothing of what the page is told, so it is not asked about it.
            done = {"next": [], "queue": {"reason": "work", "message": ""}, "state": "submitted"}
            for address in ("**/answer", "**/draft"):
                page.route(address, lambda route: route.fulfill(json=done))
            page.route(f"**{self.address}", lambda route: _edited(route, change))
        return page

    def open(self, change: Callable[[dict[str, Any]], None] | None = None) -> Page:
        """The drawing page with its first image."""
        page = self.page(change)
        page.goto(self.address)
        ready(page)
        page.wait_for_timeout(350)  # an image that has just opened takes no key that answers
        return page


def sign_in(context: BrowserContext, desk: Desk) -> None:
    """Gives a profile the annotator's session."""
    cookie = {"name": "session", "value": desk.session, "url": desk.server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]


def ready(page: Page) -> None:
    """Wait until an image can be drawn on."""
    page.locator("[data-position]").get_by_text("Image").wait_for()


def _edited(route: Any, change: Callable[[dict[str, Any]], None]) -> None:
    reply = route.fetch()
    html = reply.text()
    found = re.search(r'<script id="page-data" type="application/json">(.*?)</script>', html, re.S)
    assert found
    data = json.loads(found[1])
    for assignment in data["assignments"]:
        assignment["draft"] = None  # left by a measurement before
    change(data)
    text = json.dumps(data).replace("<", "\\u003c")
    route.fulfill(response=reply, body=html[: found.start(1)] + text + html[found.end(1) :])


def with_boxes(count: int, side: float = 8) -> Callable[[dict[str, Any]], None]:
    """Every image comes with so many boxes of its own, in a grid."""

    def change(data: dict[str, Any]) -> None:
        across = max(1, round((count * SIZE[0] / SIZE[1]) ** 0.5))
        step = SIZE[0] / across
        wide = min(side, step * 0.8)
        boxes = [
            {
                "class_id": k % 2,
                "x1": (k % across) * step,
                "y1": (k // across) * step,
                "x2": (k % across) * step + wide,
                "y2": (k // across) * step + wide,
            }
            for k in range(count)
        ]
        for assignment in data["assignments"]:
            assignment["suggested"] = [box for box in boxes if box["y2"] <= SIZE[1]]
            assignment["prelabelled"] = True

    return change


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the fitted image on the screen."""
    frame = page.locator("[data-surface]").bounding_box()
    assert frame is not None
    scale = min((frame["width"] - 2 * AIR) / SIZE[0], (frame["height"] - 2 * AIR) / SIZE[1])
    left = frame["x"] + (frame["width"] - SIZE[0] * scale) / 2
    top = frame["y"] + (frame["height"] - SIZE[1] * scale) / 2
    return left + x * scale, top + y * scale


@contextlib.contextmanager
def desk(images: int = 60) -> Iterator[Desk]:
    """Server, job and browser, gone afterwards."""
    with workplace() as place, server(place) as runner, sync_playwright() as playwright:
        told = json.loads(place.python("-m", "benchmarks.desk", str(images)).splitlines()[-1])
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGS))
        yield Desk(runner, browser, **told)
        browser.close()


def chromium() -> str | None:
    """The system's Chromium or Chrome, else Playwright's own."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of the values does not exceed; share 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def prepare(images: int) -> None:
    """Runs in a process of its own with Django; prints the job and the annotator's session."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    from labeling.jobs import classes, setup
    from labeling.kernel.stored_files import media_path
    from labeling.ledger import runner
    from labeling.models import Member, Step
    from labeling.rounds import lifecycle
    from labeling.transfers import transfers

    user = get_user_model().objects.create_user("marta")
    job = setup.create(
        "Bench",
        None,
        assist=False,
        annotators_per_image=1,
        pilot_size=images,
        batch_size=50,
        mode="independent",
    )
    for name in ("boat", "house"):
        classes.add(job, name)
    Member.objects.create(job=job, user=user, role="annotator")
    folder: Path = media_path("uploads/bench")
    folder.mkdir(parents=True)
    for index in range(images):
        draw(index, folder / f"picture-{index:04}.jpg")
    row = transfers.start_import(job, None, "files", "uploads/bench")
    runner.run("transfer", row.pk)
    lifecycle.start(job, None)
    for step in Step.objects.unfinished().filter(round__job=job):
        runner.run("step", step.pk)

    store = SessionStore()
    store.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
        }
    )
    store.create()
    print(json.dumps({"slug": job.slug, "session": store.session_key}))


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
