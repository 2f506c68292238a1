"""From the sign-in of a new project admin to the first image on the drawing page: clicks and time.

One person alone, an empty site, three classes, 60 photos. Between actions it waits as a practised
person would by the keystroke-level model (Card, Moran, Newell 1980): 0.28 s for a key, 2.55 s for a
click with pointing and thinking.
"""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.desk import ARGS, chromium, ready
from benchmarks.figures import Figure, Goal
from benchmarks.workplace import server, workplace

KEY_S, CLICK_S = 0.28, 2.55
CLASSES = ("boat", "buoy", "person")
PHOTOS = 60
SIZE = (3000, 2000)
MOST_CLICKS, MOST_SECONDS = 12, 180
ADMIN = (
    "import sys, django; django.setup()\n"
    "from django.contrib.auth import get_user_model\n"
    "from labeling.jobs import accounts\n"
    "user = get_user_model().objects.create_user('ana', password=sys.argv[1])\n"
    "accounts.make_project_admin(user)\n"
)


@dataclass
class Hand:
    """Mouse and keyboard of one person, with what they did counted."""

    page: Page
    pace: float = 1.0  # share of a person's time; 0: at once
    clicks: int = 0
    keys: int = 0

    def click(self, target: Locator) -> None:
        """One click."""
        self.clicks += 1
        self._pass(CLICK_S)
        target.click()

    def type(self, text: str) -> None:
        """Into what has the focus."""
        self.keys += len(text)
        self._pass(KEY_S * len(text))
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """One key."""
        self.keys += 1
        self._pass(KEY_S)
        self.page.keyboard.press(key)

    def choose_files(self, button: Locator, files: list[str]) -> None:
        """In the system's dialog: a click on a file, Ctrl+A for all, a click on Open."""
        with self.page.expect_file_chooser() as opened:
            self.click(button)
        self.clicks += 2
        self.keys += 2
        self._pass(2 * CLICK_S + 2 * KEY_S)
        opened.value.set_files(files)

    def _pass(self, seconds: float) -> None:
        self.page.wait_for_timeout(1000 * seconds * self.pace)


def journey(hand: Hand, name: str, password: str, job: str, files: list[str]) -> None:
    """Sign in, make the job with its images, start it, and open the first image."""
    page = hand.page
    page.goto("/accounts/login/")
    page.locator("#id_username:focus").wait_for()
    hand.type(name)
    hand.press("Tab")
    hand.type(password)
    hand.press("Enter")
    hand.click(page.get_by_role("link", name="New job"))
    page.locator("#id_name:focus").wait_for()
    hand.type(job)
    hand.choose_files(page.get_by_role("button", name="Choose files"), files)
    hand.click(page.get_by_label("Annotators per image"))
    hand.press("Control+A")
    hand.type("1")
    for row, label in enumerate(CLASSES):
        hand.click(page.locator(f"#id_classes-{row}-name"))
        hand.type(label)
    hand.click(page.get_by_role("button", name="Create the job"))
    hand.click(page.get_by_role("link", name="Start the job"))
    hand.click(page.get_by_role("link", name="Annotate"))
    ready(page)


def draw_photos(folder: Path, count: int) -> None:
    """Pictures of the size of a photo, with noise that no compression makes small."""
    folder.mkdir()
    grain = np.random.default_rng(1).integers(0, 40, (SIZE[1], SIZE[0], 3), np.uint8)
    for i in range(count):
        photo = Image.fromarray(grain + np.uint8(i))
        draw = ImageDraw.Draw(photo)
        x, y = 40 * i, 20 * i
        draw.rectangle((x, y, x + 400, y + 300), fill=(200, 40 + 3 * i, 30))
        photo.save(folder / f"photo-{i:03}.jpg", quality=80)


def run(photos: Path | None = None) -> Iterator[Figure]:
    """Photos of this folder, the first 60; drawn ones without it."""
    password = secrets.token_urlsafe(6)
    with workplace() as place, server(place, worker=True) as running, sync_playwright() as driver:
        if photos is None:
            photos = place.folder / "photos"
            draw_photos(photos, PHOTOS)
        files = sorted(str(p) for p in photos.iterdir() if p.suffix.lower() in (".jpg", ".png"))
        place.python("-c", ADMIN, password)
        browser = driver.chromium.launch(executable_path=chromium(), args=list(ARGS))
        hand = Hand(browser.new_page(base_url=running.url, viewport={"width": 1280, "height": 800}))
        began = time.monotonic()
        journey(hand, "ana", password, "Harbour", files[:PHOTOS])
        seconds = time.monotonic() - began
        browser.close()
    yield Figure("first job: clicks", hand.clicks, "", Goal("<=", MOST_CLICKS))
    yield Figure("first job: keys", hand.keys, "")
    yield Figure("first job: until the first image", seconds, "s", Goal("<=", MOST_SECONDS))
    waited = seconds - hand.clicks * CLICK_S - hand.keys * KEY_S
    yield Figure("first job: of it waiting for the program", waited, "s")
