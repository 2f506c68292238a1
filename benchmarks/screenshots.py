"""The README's pictures: python -m benchmarks.screenshots [annotate] [live].

The live page takes about ten minutes on two cores: the demo's detectors are trained for real.
"""

import contextlib
import io
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.workplace import ROOT, Server, Workplace, server, workplace
from labeling.simulation import scenes

FOLDER = ROOT / "static" / "screenshots"
DEMO_SEED = 1  # of the demo command's pictures
LIMIT = 150_000  # bytes
AIR = 12  # pixels the page leaves around the image
SPEED = 20  # times real speed: slow enough to meet the audit half-way
CHECKED = 10  # audits on the picture of the live page
PATIENCE = 3600.0


def main() -> None:
    """The pictures asked for, else both; the annotator's first, while nobody else works."""
    wanted = sys.argv[1:] or ["annotate", "live"]
    FOLDER.mkdir(exist_ok=True)
    with workplace() as place, _browser() as browser, contextlib.ExitStack() as later:
        said = place.python("manage.py", "demo")  # first: it imports in its own process
        running = later.enter_context(server(place, worker=True))
        passwords = dict(re.findall(r"^  (\w+) +(\S+)", said, re.M))
        if "annotate" in wanted:
            marta = _sign_in(browser, running, "marta", passwords["marta"], "dark", (1280, 800))
            _annotate(marta)
            _keep(marta, "annotate.jpg")
            marta.context.close()
        if "live" in wanted:
            ana = _sign_in(browser, running, "ana", passwords["ana"], "light", (1280, 960))
            with _people_at_work(place, running) as people:
                _until_half_checked(ana, people)
            ana.goto("/jobs/demo/")
            ana.locator("[data-live-state]").get_by_text("Live").wait_for()
            _keep(ana, "live.jpg")


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


def _sign_in(
    browser: Browser, running: Server, name: str, password: str, theme: str, size: tuple[int, int]
) -> Page:
    context = browser.new_context(
        base_url=running.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def _annotate(page: Page) -> None:
    """Draw the true boxes of the first scene that has several objects."""
    page.goto("/jobs/demo/work")
    page.locator("dialog[open]").get_by_role("button", name="Start").click()
    while True:
        page.locator("[data-position]").get_by_text("Image").wait_for()
        data = page.evaluate("JSON.parse(document.querySelector('#page-data').textContent)")
        scene = int(data["assignments"][0]["image"]["name"][6:10])
        boxes = scenes.draw(DEMO_SEED, scene)[1]
        if len(boxes) >= 4:
            break
        page.wait_for_timeout(350)  # an image that has just opened is not skipped
        with page.expect_response("**/skip"):  # some seconds later: a skip can be taken back
            page.keyboard.press("k")
            page.keyboard.press("2")
        page.reload()
    frame = page.locator("[data-surface]").bounding_box()
    assert frame is not None
    wide, high = scenes.SIZE
    scale = min((frame["width"] - 2 * AIR) / wide, (frame["height"] - 2 * AIR) / high)
    left = frame["x"] + (frame["width"] - wide * scale) / 2
    top = frame["y"] + (frame["height"] - high * scale) / 2
    for box in boxes:
        page.keyboard.press("Escape")  # or the key would change the class of the box before
        page.keyboard.press(str(box["class_id"] + 1))
        page.keyboard.down("Shift")  # a new box also where an edge of another is near
        page.mouse.move(left + box["x1"] * scale, top + box["y1"] * scale)
        page.mouse.down()
        page.mouse.move(left + box["x2"] * scale, top + box["y2"] * scale, steps=3)
        page.mouse.up()
        page.keyboard.up("Shift")


@contextlib.contextmanager
def _people_at_work(place: Workplace, running: Server) -> "Iterator[subprocess.Popen[bytes]]":
    command = ("manage.py", "simulate", "--job", "demo", "--url", running.url)
    people = subprocess.Popen(
        [sys.executable, *command, "--speed", str(SPEED)], cwd=ROOT, env=place.env
    )
    try:
        yield people
    finally:
        people.kill()
        people.wait()


def _until_half_checked(page: Page, people: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and people.poll() is None:
        state = page.request.get("/api/jobs/demo/snapshot").json()
        audit = state["audit"]
        if audit and audit["kind"] == "certificate" and audit["decided"] >= CHECKED:
            people.send_signal(signal.SIGSTOP)
            return
        page.wait_for_timeout(300)
    raise RuntimeError("the demo's audit did not come")


def _keep(page: Page, name: str) -> None:
    """As a JPEG, as good as the limit allows."""
    page.wait_for_timeout(1000)  # the picture's last pixels and the fading marks of new values
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path: Path = FOLDER / name
    for quality in range(90, 30, -5):
        shot.save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size < LIMIT:
            break


if __name__ == "__main__":
    main()
