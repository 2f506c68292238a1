"""The drawing page as a person meets it: the image, the list of boxes, the state of the work."""

import re
import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.serving import until

SIZE = (320, 240)  # the pictures of tests.browser.backstage
AIR = 12
SETTLED = 0.35  # seconds, longer than an image just opened takes no key that sends or skips
ROW = re.compile(r"^(.+?), at (-?\d+), (-?\d+), (\d+) by (\d+) pixels$")


@dataclass(frozen=True)
class Shown:
    """One row of the box list."""

    name: str
    x: int
    y: int
    width: int
    height: int


# boxes of the largest draft in any of the browser's databases of ours
LARGEST_DRAFT = """async () => {
  const done = (ask) => new Promise((yes, no) => {
    ask.onsuccess = () => yes(ask.result);
    ask.onerror = () => no(ask.error);
  });
  let most = 0;
  for (const { name } of await indexedDB.databases()) {
    const base = await done(indexedDB.open(name));
    if (base.objectStoreNames.contains('drafts'))
      for (const draft of await done(base.transaction('drafts').objectStore('drafts').getAll()))
        most = Math.max(most, draft.boxes.length);
    base.close();
  }
  return most;
}"""


class Canvas:
    """Draws in pixels of the image and reads what the page says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.settled_at = 0.0

    def open(self, url: str, position: str | None = None) -> "Canvas":
        """Go there and wait for the image."""
        self.page.goto(url)
        return self.ready(position)

    def ready(self, position: str | None = None) -> "Canvas":
        """Wait until an image is open."""
        place = self.page.locator("[data-position]")
        expect(place).to_have_text(position or re.compile(r"^Your image \d+$"))
        self.settled_at = time.monotonic() + SETTLED
        return self

    def settle(self) -> None:
        """Wait until the image takes keys: for what is left of that time, and for its pixels."""
        if not self.settled_at:
            return
        left = self.settled_at - time.monotonic()
        if left > 0:
            self.page.wait_for_timeout(1_000 * left)
        surface = self.page.locator("[data-surface]")
        expect(surface).not_to_have_attribute("aria-busy", "true")
        self.settled_at = 0.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the fitted image on the screen."""
        return self.all_at((x, y))[0]

    def all_at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        """The same of several points; to ask where the image is takes some time."""
        frame = self.page.locator("[data-surface]").bounding_box()
        assert frame is not None
        scale = min((frame["width"] - 2 * AIR) / SIZE[0], (frame["height"] - 2 * AIR) / SIZE[1])
        left = frame["x"] + (frame["width"] - SIZE[0] * scale) / 2
        top = frame["y"] + (frame["height"] - SIZE[1] * scale) / 2
        return [(left + x * scale, top + y * scale) for x, y in points]

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, move, release."""
        mouse, (begin, goal) = self.page.mouse, self.all_at(start, end)
        mouse.move(*begin)
        mouse.down()
        mouse.move(*goal, steps=2)
        mouse.up()

    def point(self, x: float, y: float) -> None:
        """Move the pointer there."""
        self.page.mouse.move(*self.at(x, y))

    def click(self, x: float, y: float) -> None:
        """Press and release in one place."""
        self.page.mouse.click(*self.at(x, y))

    def touch(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """One finger, from here to there, on an image whose buttons may be tapped next."""
        self.settle()
        (x1, y1), (x2, y2) = self.all_at(start, end)
        steps = [(x1 + (x2 - x1) * k / 4, y1 + (y2 - y1) * k / 4) for k in range(5)]
        self._fingers([[step] for step in steps])

    def pinch(self, a: tuple[float, float], b: tuple[float, float], by: float) -> None:
        """Two fingers, moved apart to `by` times their distance."""
        (ax, ay), (bx, by_) = self.all_at(a, b)
        mx, my = (ax + bx) / 2, (ay + by_) / 2
        steps = [1 + (by - 1) * k / 4 for k in range(5)]
        self._fingers(
            [
                [
                    (mx + (ax - mx) * f, my + (ay - my) * f),
                    (mx + (bx - mx) * f, my + (by_ - my) * f),
                ]
                for f in steps
            ]
        )

    def _fingers(self, steps: list[list[tuple[float, float]]]) -> None:
        session = self.page.context.new_cdp_session(self.page)

        def send(kind: str, points: list[tuple[float, float]]) -> None:
            touches = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        for count in range(1, len(steps[0]) + 1):
            send("touchStart", steps[0][:count])
        for points in steps[1:]:
            send("touchMove", points)
        send("touchEnd", [])
        session.detach()

    def zoom(self) -> float:
        """The scale the page tells, 1 at 100 %."""
        text = self.page.locator("[data-zoom]").text_content() or ""
        return float(text.split()[0]) / 100

    def selected(self) -> Shown:
        """The chosen box."""
        label = self.page.locator("[data-boxes] .is-selected button.row").get_attribute(
            "aria-label"
        )
        match = ROW.match(label or "")
        assert match is not None
        return Shown(match[1], *(int(value) for value in match.groups()[1:]))

    def boxes_of(self, sheet: str) -> list[Shown]:
        """The list on a phone, where the sheet must be `sheet` high to show it."""
        self.draw_sheet(sheet)
        found = self.boxes()
        self.draw_sheet("mid")
        return found

    def draw_sheet(self, height: str) -> None:
        """On a phone, tap the sheet until it is "low", "mid" or "tall"."""
        handle = self.page.locator("[data-sheet-handle]")
        while self.page.locator(".panel").get_attribute("data-sheet") != height:
            handle.click()

    def keys(self, *keys: str) -> None:
        """Press keys, one after another."""
        self.settle()
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

    def said(self) -> Locator:
        """What is said at the pointer or at the box that changed."""
        return self.page.locator(".beside-said:visible")

    def next_class(self) -> Locator:
        """The class of the next box, beside the pointer."""
        return self.page.locator(".beside-class:visible")

    def asked(self) -> Locator:
        """What stands beside Submit."""
        return self.page.locator("[data-notice]")

    def expect_boxes(self, count: int) -> list[Shown]:
        """The boxes, once there are so many."""
        expect(self.page.locator("[data-boxes] button.row")).to_have_count(count)
        return self.boxes()

    def expect_kept(self, boxes: int) -> None:
        """Until a draft of so many boxes lies in this browser, soon after they were drawn."""
        until(lambda: self.page.evaluate(LARGEST_DRAFT) == boxes)

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
