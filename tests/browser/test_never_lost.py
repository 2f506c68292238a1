"""Work survives what breaks around it: a killed browser, other tabs and computers, a full disk."""

import contextlib
import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import Canvas
from tests.browser.conftest import ARGS
from tests.browser.serving import until

OFFLINE = r"ERR_INTERNET_DISCONNECTED"
LOOKS_AGAIN_MS = 5_000  # a page that has no image asks for one so often
A_DAY = "{ const now = Date.now; Date.now = () => now() + 86_400_000; }"


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", pilot_size=4)


def banner(page: Page):
    return page.locator("[data-banners]")


def draw(canvas: Canvas, count: int, start: int = 0) -> None:
    """Boxes beside one another; a held key, as they may touch."""
    canvas.page.keyboard.down("Shift")
    for k in range(start, start + count):
        x, y = 10 + 30 * (k % 10), 10 + 40 * (k // 10)
        canvas.drag((x, y), (x + 20, y + 25))
    canvas.page.keyboard.up("Shift")


def test_thirty_boxes_drawn_offline_outlive_the_killed_browser_process(
    chromium: Browser, served, backstage, marta, slug, tmp_path
):
    def start():
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium_path(chromium),
            args=list(ARGS),
            base_url=served.url,
            viewport={"width": 1280, "height": 800},
        )
        cookie = {"name": "session", "value": backstage("session", name=marta), "url": served.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        return context

    context = start()
    canvas = Canvas(context.new_page()).open(f"/jobs/{slug}/work")
    context.set_offline(True)
    draw(canvas, 30)
    drawn = canvas.expect_boxes(30)
    canvas.page.wait_for_timeout(300)  # what the guarantee allows between a change and the disk
    kill_browser(str(tmp_path / "profile"))

    context = start()
    canvas = Canvas(context.new_page()).open(f"/jobs/{slug}/work")
    assert canvas.expect_boxes(30) == drawn
    canvas.keys("Control+z")
    canvas.expect_boxes(29)
    context.close()


def chromium_path(browser: Browser) -> str | None:
    """The executable of the running browser's kind."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)


def kill_browser(profile: str) -> None:
    """The main process of the browser with this profile, without a warning."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # processes come and go
            args = path.read_bytes().decode(errors="replace")
            if f"--user-data-dir={profile}" in args and "--type=" not in args:
                os.kill(int(path.parent.name), signal.SIGKILL)
    (Path(profile) / "SingletonLock").unlink(missing_ok=True)


def test_another_computer_goes_on_and_neither_overwrites_the_other(
    enter, backstage, marta, slug, watch
):
    watch.expect(r"\b409\b")

    def computer() -> Canvas:
        page = enter(marta, clock=True)
        return Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")

    def go_by(canvas: Canvas, boxes: int) -> None:
        """The seconds that a draft waits to be sent."""
        canvas.expect_kept(boxes)
        canvas.page.clock.fast_forward(4_000)

    first = computer()
    draw(first, 3)
    drawn = first.expect_boxes(3)
    go_by(first, 3)
    until(lambda: backstage("drafts", slug=slug) == [3])

    second = computer()
    assert second.expect_boxes(3) == drawn
    draw(second, 1, start=3)
    go_by(second, 4)
    until(lambda: backstage("drafts", slug=slug) == [4])

    draw(first, 2, start=4)
    go_by(first, 5)
    expect(banner(first.page)).to_contain_text("worked on in another place")
    assert backstage("drafts", slug=slug) == [4]
    banner(first.page).get_by_role("button", name="Take the other").click()
    first.expect_boxes(4)


def test_two_tabs_take_two_images_and_one_image_is_not_answered_twice_in_silence(
    enter, arrived, backstage, marta, small_job, watch
):
    watch.expect(r"\b409\b")
    slug = small_job(f"{marta}/annotator", pilot_size=4)
    page = enter(marta)
    one = Canvas(page).open(f"/jobs/{slug}/work")
    two = Canvas(page.context.new_page()).open(f"/jobs/{slug}/work")
    draw(two, 2)
    one.page.bring_to_front()  # a tab behind another one draws at its leisure
    draw(one, 1)
    one.keys("Enter")
    two.keys("Enter")
    answers = arrived(slug, 2)
    assert sorted(len(answer["boxes"]) for answer in answers) == [1, 2]
    assert len({answer["image"] for answer in answers}) == 2


def test_a_full_disk_a_wrong_clock_and_a_renamed_class_lose_nothing(
    enter, arrived, backstage, marta, slug, served
):
    page = enter(marta)
    page.add_init_script(A_DAY)
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")
    backstage("rename", slug=slug, old="boat", new="ship")
    draw(canvas, 1)
    canvas.keys("Enter")
    canvas.ready("Your image 2")
    assert arrived(slug, 1)[0]["boxes"][0]["class_id"] == 0
    expect(banner(page)).to_be_empty()  # no lease is thought lost

    # drafts are found again whatever the clock says
    draw(canvas, 2)
    canvas.expect_kept(2)
    page.reload()
    canvas.ready("Your image 2")
    assert [box.name for box in canvas.expect_boxes(2)] == ["ship", "ship"]

    # no room in another browser: said, and then the server itself must have it
    page = enter(marta)
    session = page.context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": served.url, "quotaSize": 1})
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 2")
    draw(canvas, 1, start=2)  # beside those of the draft: one twice would be asked about
    expect(page.locator("[data-kept]")).to_have_text("Not saved here: storage is full")
    canvas.keys("Enter")
    canvas.ready("Your image 3")
    assert len(arrived(slug, 2)[1]["boxes"]) >= 1


def test_each_state_says_what_to_do(enter, backstage, marta, slug, watch):
    watch.expect(r"\b50\d\b", r"\b400\b", r"\b40[13]\b", "Failed to load")
    page = enter(marta, clock=True)
    backstage("act", slug=slug, action="pause")
    page.goto(f"/jobs/{slug}/work")
    card = page.locator("[data-card]")
    expect(card).to_contain_text("This job is paused")
    expect(card).to_contain_text("checks again by itself")
    backstage("act", slug=slug, action="resume")
    page.clock.fast_forward(LOOKS_AGAIN_MS)
    canvas = Canvas(page).ready("Your image 1")

    # a refused answer comes back with the box that is meant
    refuse = {"code": "invalid", "message": "x2 lies outside.", "where": "boxes[0].x2"}
    page.route("**/answer", lambda route: route.fulfill(status=400, json=refuse), times=1)
    draw(canvas, 1)
    canvas.keys("Enter")
    expect(banner(page)).to_contain_text("The server refused an answer: x2 lies outside.")
    banner(page).get_by_role("button", name="Reopen").click()
    canvas.expect_boxes(1)
    page.wait_for_timeout(350)  # an image that has just opened takes no Enter

    # a server in trouble: the work waits, and goes when it answers again
    page.route("**/answer", lambda route: route.fulfill(status=503, json={}), times=1)
    canvas.keys("Enter")
    canvas.expect_sent(re.compile("busy, 1 waiting"))
    canvas.expect_sent()

    def finished() -> bool:
        page.clock.fast_forward(LOOKS_AGAIN_MS)
        canvas.keys("n", "Enter")  # does nothing while no image is open
        return "This job is complete" in (card.text_content() or "")

    until(finished)
