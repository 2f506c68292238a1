"""The drawing page in use: the way to the next image, cold opening, what is loaded, and how many
seconds, keys and pointer actions a box takes by a scripted hand.

The hand moves by Fitts' law: a + b log2(distance / width + 1) with a = 0.23 s and b = 0.166 s/bit,
as MacKenzie and Buxton measured for a mouse (CHI 1992, table 1), and takes 0.1 s for a press and
0.28 s for a key (Card, Moran and Newell 1980, an average typist). Its target is `AIM` pixels of the
screen wide: an edge drawn looser than that would have to be set again.
"""

import math
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from benchmarks.browser import OPENED
from benchmarks.desk import Desk, at, desk, percentile, ready
from benchmarks.figures import Figure, Goal

FITTS_A, FITTS_B = 0.23, 0.166
PRESS, KEY = 0.1, 0.28
AIM = 6.0
SUBMITS = 40
OPENINGS = 5
OBJECTS = ((80, 60, 240, 200), (300, 120, 400, 400), (450, 60, 620, 180), (60, 300, 200, 440))


class Hand:
    """Drives mouse and keys, and counts what a person would have to do and how long it takes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.where = at(page, 320, 240)
        self.seconds = 0.0
        self.actions = 0
        page.mouse.move(*self.where)

    def go(self, x: float, y: float) -> None:
        """Move to a point of the image."""
        target = at(self.page, x, y)
        far = math.dist(self.where, target)
        self.seconds += FITTS_A + FITTS_B * math.log2(far / AIM + 1)
        self.where = target
        self.page.mouse.move(*target, steps=3)

    def click(self, x: float, y: float) -> None:
        """Go there, press and release."""
        self.go(x, y)
        self.page.mouse.down()
        self.page.mouse.up()
        self.seconds += PRESS
        self.actions += 1

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, move, release."""
        self.go(*start)
        self.page.mouse.down()
        self.go(*end)
        self.page.mouse.up()
        self.seconds += PRESS
        self.actions += 1

    def key(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            self.page.keyboard.press(key)
            self.seconds += KEY
            self.actions += 1

    def take(self) -> tuple[float, int]:
        """Seconds and actions since the last time."""
        taken = self.seconds, self.actions
        self.seconds, self.actions = 0.0, 0
        return taken


def run() -> Iterator[Figure]:
    """All of it, on one server."""
    with desk(120) as place:
        yield from _next_image(place)
        yield from _cold(place)
        yield from _seconds_a_box(place)
        yield from _keys(place)


def _next_image(place: Desk) -> Iterator[Figure]:
    page = place.open()
    page.wait_for_timeout(2000)
    times: list[float] = []
    while len(times) < SUBMITS:
        page.mouse.move(*at(page, 200, 200))
        page.keyboard.press("j")
        times.append(page.evaluate(OPENED, "Enter"))
        page.wait_for_timeout(350)  # an image that has just opened takes no Enter
    yield Figure("submit to next drawable, p50", percentile(times, 0.5), "ms")
    yield Figure("submit to next drawable, p95", percentile(times, 0.95), "ms", Goal("<=", 50))
    page.context.close()


def _cold(place: Desk) -> Iterator[Figure]:
    times, weight, count = [], 0, 0
    for _ in range(OPENINGS):
        page = place.page()
        sizes: list[int] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", lambda event, sizes=sizes: _weigh(event, sizes))
        began = time.perf_counter()
        page.goto(place.address)
        ready(page)
        page.wait_for_function(
            "() => { const c = document.querySelector('canvas[data-layer=image]');"
            " const d = c.getContext('2d').getImageData(c.width/2, c.height/2, 1, 1).data;"
            " return d[3] === 255; }"
        )
        times.append(time.perf_counter() - began)
        page.wait_for_timeout(500)
        weight, count = sum(sizes), len(sizes)
        page.context.close()
    yield Figure("cold opening to drawable, median", percentile(times, 0.5), "s", Goal("<=", 1))
    yield Figure("JavaScript and CSS, compressed", weight / 1000, "KB", Goal("<=", 120))
    yield Figure("files of JavaScript and CSS", count, "files")


def _weigh(event: dict[str, Any], sizes: list[int]) -> None:
    """Note the size of a script or style sheet as it is sent, without its headers."""
    if event["type"] in ("Script", "Stylesheet"):
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        sizes.append(int(headers.get("content-length", 0)))


def _method(page: Page, method: str) -> None:
    """Change the way of drawing until it is this one."""
    words = {"drag": "Drag a box", "clicks": "Drag or click", "points": "Click the outermost"}
    for _ in range(3):
        if words[method] in (page.locator("[data-hints]").text_content() or ""):
            return
        page.keyboard.press("m")
    raise RuntimeError(f"the page does not draw by {method}")


def _seconds_a_box(place: Desk) -> Iterator[Figure]:
    """The same four objects by each way; an object's outermost points are not its corners."""
    for method in ("drag", "clicks", "points"):
        page = place.open()
        hand = Hand(page)
        _method(page, method)
        for x1, y1, x2, y2 in OBJECTS:
            if method == "drag":
                hand.drag((x1, y1), (x2, y2))
            elif method == "clicks":
                hand.click(x1, y1)
                hand.click(x2, y2)
            else:
                middle = ((x1 + x2) / 2, (y1 + y2) / 2)
                for point in ((middle[0], y1), (x2, middle[1]), (middle[0], y2), (x1, middle[1])):
                    hand.click(*point)
            page.keyboard.press("Escape")
        rows = page.locator("[data-boxes] button.row").count()
        assert rows == len(OBJECTS), (method, rows)
        seconds, _ = hand.take()
        yield Figure(f"a box by {method}, pointer alone", seconds / len(OBJECTS), "s")
        page.context.close()


def _keys(place: Desk) -> Iterator[Figure]:
    """Keys and pointer actions of the commonest pieces of work."""
    page = place.open()
    hand = Hand(page)
    _method(page, "drag")
    hand.key("2")
    hand.drag((80, 60), (240, 200))
    yield Figure("actions: draw with class", hand.take()[1], "actions", Goal("<=", 2))
    hand.go(250, 130)
    hand.key("d")
    yield Figure("actions: fix one edge", hand.take()[1], "actions", Goal("<=", 1))
    page.context.close()

    page = place.open(_suggest(10))
    hand = Hand(page)
    hand.key("Shift+Y")
    assert page.locator("[data-boxes] .swatch-open").count() == 0
    yield Figure("actions: accept ten suggestions", hand.take()[1], "actions", Goal("<=", 1))
    page.context.close()

    page = place.open(_suggest(70))
    hand = Hand(page)
    hand.key("Shift+Y")
    hand.take()
    hand.key("Shift+R", *(["2"] * 70))
    counts = page.locator("[data-classes] .row-count").all_text_contents()
    assert counts[1] == "70", counts
    yield Figure("actions: relabel 70 boxes", hand.take()[1], "actions", Goal("<=", 71))
    page.context.close()


def _suggest(count: int) -> Any:
    def change(data: dict[str, Any]) -> None:
        boxes = [
            {
                "class_id": 0,
                "score": 0.9,
                "x1": 20 + 60 * (k % 10),
                "y1": 20 + 60 * (k // 10),
                "x2": 60 + 60 * (k % 10),
                "y2": 60 + 60 * (k // 10),
            }
            for k in range(count)
        ]
        for assignment in data["assignments"]:
            assignment["suggested"] = boxes

    return change
