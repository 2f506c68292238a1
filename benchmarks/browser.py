"""The drawing page under load: frames while dragging, zooming and panning, and opening images.

In a headless Chromium without a GPU. Times of frames are those of requestAnimationFrame, so 16.7 ms
is the best there is: no frame was late.
"""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from benchmarks.desk import Desk, at, desk, percentile, ready, with_boxes
from benchmarks.figures import Figure, Goal

CROWDS = ((100, 16.7), (1_000, 16.7), (10_000, 33.0))  # boxes on the image, goal in ms
MOVES = 120
LARGE = (8660, 5773)  # 50 megapixels
MONITORING = """() => {
  window.watched = { frames: [], long: [] };
  let last = 0;
  const step = (now) => {
    if (last) window.watched.frames.push(now - last);
    last = now;
    window.watching = requestAnimationFrame(step);
  };
  window.watching = requestAnimationFrame(step);
  window.observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.watched.long.push(entry.duration);
  });
  window.observer.observe({ entryTypes: ['longtask'] });
}"""
STOP = """() => {
  cancelAnimationFrame(window.watching);
  window.observer.disconnect();
  return window.watched;
}"""
# Until the next image can be drawn on: its boxes are on the canvas, its pixels too.
OPENED = """async (key) => {
  const place = document.querySelector('[data-position]');
  const before = place.textContent;
  const began = performance.now();
  document.querySelector('[data-surface]').dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true }));
  while (place.textContent === before) await new Promise((done) => setTimeout(done));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}"""


def run() -> Iterator[Figure]:
    """Every crowd of boxes, then a 50-megapixel photo."""
    with desk(24) as place:
        for count, goal in CROWDS:
            yield from _crowd(place, count, goal)
        yield from _large(place)


def _crowd(place: Desk, count: int, goal: float) -> Iterator[Figure]:
    page = place.open(with_boxes(count))
    page.wait_for_timeout(1500)
    page.keyboard.press("Escape")
    long: list[float] = []
    for name, act in (("dragging", _drag), ("zooming", _zoom), ("panning", _pan)):
        frames, tasks = _watched(page, act)
        long += tasks
        yield Figure(
            f"frame while {name}, {count:,} boxes, p95",
            percentile(frames, 0.95),
            "ms",
            Goal("<=", goal),
        )
    if count == 1_000:
        yield Figure(
            "longest task meanwhile, 1,000 boxes", max(long, default=0), "ms", Goal("<=", 50)
        )
        times = [page.evaluate(OPENED, "Enter") for _ in range(6)]
        yield Figure(
            "open an image with 1,000 boxes", percentile(times, 0.5), "ms", Goal("<=", 150)
        )
    page.context.close()


def _watched(page: Page, act: Callable[[Page], None]) -> tuple[list[float], list[float]]:
    page.evaluate(MONITORING)
    act(page)
    found = page.evaluate(STOP)
    return [float(v) for v in found["frames"]], [float(v) for v in found["long"]]


def _drag(page: Page) -> None:
    """Draw one large box in many moves."""
    page.keyboard.down("Shift")
    page.mouse.move(*at(page, 60, 60))
    page.mouse.down()
    page.mouse.move(*at(page, 560, 420), steps=MOVES)
    page.mouse.up()
    page.keyboard.up("Shift")


def _zoom(page: Page) -> None:
    page.mouse.move(*at(page, 320, 240))
    for k in range(MOVES):
        page.mouse.wheel(0, -30 if k < MOVES / 2 else 30)


def _pan(page: Page) -> None:
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.mouse.move(*at(page, 320, 240))
    page.mouse.down(button="middle")
    page.mouse.move(*at(page, 500, 300), steps=MOVES // 2)
    page.mouse.move(*at(page, 200, 200), steps=MOVES // 2)
    page.mouse.up(button="middle")
    page.keyboard.press("f")


def _large(place: Desk) -> Iterator[Figure]:
    """A photo of 50 megapixels in place of the first image."""
    import io

    import numpy as np
    from PIL import Image

    soft = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)
    photo = io.BytesIO()
    Image.fromarray(soft).resize(LARGE, Image.Resampling.BICUBIC).save(photo, "JPEG", quality=85)

    def change(data: dict) -> None:  # type: ignore[type-arg]
        data["assignments"] = data["assignments"][:1]
        data["assignments"][0]["image"].update(width=LARGE[0], height=LARGE[1])

    page = place.page(change)
    page.route(
        "**/api/images/*/file",
        lambda route: route.fulfill(body=photo.getvalue(), content_type="image/jpeg"),
    )
    page.goto(place.address)
    ready(page)
    page.wait_for_timeout(6000)
    for name, act in (("zooming", _zoom), ("panning", _pan)):
        frames, _ = _watched(page, act)
        yield Figure(
            f"frame while {name}, 50 megapixels, p95",
            percentile(frames, 0.95),
            "ms",
            Goal("<=", 33),
        )
    page.context.close()
