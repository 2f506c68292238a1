"""Work in the middle of an image outlives a reload, a closed tab and a killed server."""

import pytest

from tests.browser.canvas import Canvas

AWAY = (r"ERR_CONNECTION_REFUSED", r"ERR_CONNECTION_RESET", r"ERR_EMPTY_RESPONSE", r"ERR_ABORTED")


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", pilot_size=6)


@pytest.fixture
def canvas(enter, marta, slug):
    return Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Image 1 of 6")


def test_boxes_half_done_are_there_after_a_reload(canvas):
    canvas.drag((40, 50), (120, 110))
    canvas.keys("2")
    canvas.drag((150, 150), (200, 220))
    before = canvas.expect_boxes(2)

    canvas.page.reload()
    canvas.ready("Image 1 of 6")

    assert canvas.expect_boxes(2) == before
    assert [box.name for box in before] == ["house", "house"]


def test_boxes_half_done_are_there_in_a_new_tab_after_the_old_one_was_closed(canvas, slug):
    context = canvas.page.context
    canvas.drag((40, 50), (120, 110))
    before = canvas.expect_boxes(1)
    canvas.page.close()

    again = Canvas(context.new_page()).open(f"/jobs/{slug}/work", "Image 1 of 6")

    assert again.expect_boxes(1) == before


def test_a_server_killed_and_started_again_loses_nothing(canvas, served, arrived, slug, watch):
    watch.expect(*AWAY)
    canvas.drag((10, 10), (60, 60))
    canvas.keys("Enter")
    canvas.ready("Image 2 of 6")
    arrived(slug, 1)
    canvas.expect_ahead(1)

    served.kill()
    try:
        canvas.drag((20, 20), (70, 70))
        canvas.keys("Enter")
        canvas.ready("Image 3 of 6")
        canvas.drag((30, 30), (80, 80))
        canvas.expect_sent("Offline, 1 waiting")
    finally:
        served.start()
    canvas.expect_sent()
    canvas.keys("Enter")
    canvas.ready("Image 4 of 6")

    sent = arrived(slug, 3)
    assert [answer["version"] for answer in sent] == [1, 1, 1]
    assert [round(answer["boxes"][0]["x1"], -1) for answer in sent] == [10, 20, 30]
