"""Work in the middle of an image outlives a reload, a closed tab and a killed server."""

import pytest
from playwright.sync_api import Page

from tests.browser.canvas import Canvas

AWAY = (r"ERR_CONNECTION_REFUSED", r"ERR_CONNECTION_RESET", r"ERR_EMPTY_RESPONSE", r"ERR_ABORTED")

MINUTE = 62  # seconds, longer than any wait between two tries


def pass_time(page: Page, seconds: int, sent: str) -> None:
    """Let so much of the page's time go by, a second at a time; its word on sending stays."""
    for _ in range(seconds):
        page.clock.fast_forward(1_000)
        page.wait_for_timeout(50)  # for the server's refusals
        assert page.locator("[data-sent]").inner_text() == sent


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", pilot_size=6)


@pytest.fixture
def canvas(enter, marta, slug):
    return Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")


def test_boxes_half_done_are_there_after_a_reload(canvas):
    canvas.drag((40, 50), (120, 110))
    canvas.keys("2")
    canvas.drag((150, 150), (200, 220))
    before = canvas.expect_boxes(2)
    canvas.expect_kept(2)

    canvas.page.reload()
    canvas.ready("Your image 1")

    assert canvas.expect_boxes(2) == before
    assert [box.name for box in before] == ["house", "house"]


def test_boxes_half_done_are_there_in_a_new_tab_after_the_old_one_was_closed(canvas, slug):
    context = canvas.page.context
    canvas.drag((40, 50), (120, 110))
    before = canvas.expect_boxes(1)
    canvas.expect_kept(1)
    canvas.page.close()

    again = Canvas(context.new_page()).open(f"/jobs/{slug}/work", "Your image 1")

    assert again.expect_boxes(1) == before


def test_a_server_down_for_a_minute_gets_every_answer_once(
    enter, marta, small_job, served, arrived, watch
):
    watch.expect(*AWAY)
    slug = small_job(f"{marta}/annotator", images=40, pilot_size=40)
    page = enter(marta)
    page.clock.install()  # the page's minute, not ours
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.expect_ahead(11)
    canvas.drag((10, 10), (60, 60))
    canvas.keys("Enter")
    canvas.ready("Your image 2")
    arrived(slug, 1)

    served.kill()
    refused: list[str] = []
    page.on("requestfailed", lambda request: refused.append(request.url))
    try:
        for number in range(2, 7):
            canvas.ready(f"Your image {number}")
            canvas.drag((10 * number, 20), (10 * number + 50, 70))
            canvas.keys("Enter")
            canvas.expect_sent(f"Offline, {number - 1} waiting")
            # what fails again and again meanwhile changes nothing of what people read
            pass_time(page, 10, f"Offline, {number - 1} waiting")
        canvas.ready("Your image 7")
        canvas.drag((70, 20), (120, 70))
        pass_time(page, MINUTE - 50, "Offline, 5 waiting")
        assert sum(url.endswith("/answer") for url in refused) > 5
    finally:
        served.start()
    canvas.expect_sent()
    canvas.expect_boxes(1)
    canvas.keys("Enter")
    canvas.ready("Your image 8")

    sent = arrived(slug, 7)
    assert [answer["version"] for answer in sent] == [1] * 7
    assert [round(answer["boxes"][0]["x1"] / 10) for answer in sent] == list(range(1, 8))
    assert len({answer["image"] for answer in sent}) == 7
