"""The drawing page as a person meets it: the image, the list of boxes, the state of the work."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

SIZE = (320, 240)  # the pictures of tests.browser.backstage
AIR = 12
ROW = re.compile(r"^(.+?), at (-?\d+), (-?\d+), (\d+) by (\d+) pixels$")


@dataclass(frozen=True)
class Shown:
    """One row of the box list."""

    name: str
    x: int
    y: int
    width: int
    height: int


class Canvas:
    """Draws in pixels of the image and reads what the page says."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str, position: str | None = None) -> "Canvas":
        """Go there and wait for the image."""
        self.page.goto(url)
        return self.ready(position)

    def ready(self, position: str | None = None) -> "Canvas":
        """Wait until an image is open."""
        place = self.page.locator("[data-position]")
        expect(place).to_have_text(position or re.compile(r"^Image \d+ of \d+$"))
        return self

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the fitted image on the screen."""
        frame = self.page.locator("[data-surface]").bounding_box()
        assert frame is not None
        scale = min((frame["width"] - 2 * AIR) / SIZE[0], (frame["height"] - 2 * AIR) / SIZE[1])
        left = frame["x"] + (frame["width"] - SIZE[0] * scale) / 2
        top = frame["y"] + (frame["height"] - SIZE[1] * scale) / 2
        return left + x * scale, top + y * scale

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, move, release."""
        mouse = self.page.mouse
        mouse.move(*self.at(*start))
        mouse.down()
        mouse.move(*self.at(*end), steps=4)
        mouse.up()

    def keys(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def boxes(self) -> list[Shown]:
        """The box list, in reading order."""
        rows = self.page.locator("[data-boxes] button.row")
        labels = rows.evaluate_all("rows => rows.map((row) => row.getAttribute('aria-label'))")
        found = [ROW.match(label) for label in labels]
        return [
            Shown(m[1], *(int(value) for value in m.groups()[1:])) for m in found if m is not None
        ]

    def expect_boxes(self, count: int) -> list[Shown]:
        """The boxes, once there are so many."""
        expect(self.page.locator("[data-boxes] button.row")).to_have_count(count)
        return self.boxes()

    def expect_ahead(self, count: int) -> None:
        """So many images have come and wait."""
        expect(self.page.locator("[data-prefetch] span")).to_have_text(f"{count} ready")

    def expect_sent(self, text: str | re.Pattern[str] = "All sent") -> None:
        """What the second half of the saving state says."""
        expect(self.page.locator("[data-sent]")).to_have_text(text)


def near(box: Shown, x: float, y: float, width: float, height: float) -> bool:
    """Whether the box is there; a pixel of the screen is less than one of the image."""
    pairs = ((box.x, x), (box.y, y), (box.width, width), (box.height, height))
    return all(abs(is_ - wanted) <= 1 for is_, wanted in pairs)
