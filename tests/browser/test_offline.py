"""Answers given without a network are kept on the computer and each is delivered once."""

import pytest

from tests.browser.canvas import Canvas

OFFLINE = r"ERR_INTERNET_DISCONNECTED"
TEN = range(1, 11)


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", images=40, pilot_size=40)


@pytest.fixture
def canvas(enter, marta, slug, watch):
    watch.expect(OFFLINE)
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.expect_ahead(11)
    canvas.page.context.set_offline(True)
    return canvas


def answer_ten(canvas: Canvas) -> None:
    """Draw one box on each of ten images; its place tells the image's number."""
    for number in TEN:
        canvas.ready(f"Your image {number}")
        canvas.drag((10 * number, 20), (10 * number + 50, 70))
        canvas.keys("Enter")
    canvas.ready("Your image 11")


def places(answers: list[dict]) -> list[int]:
    """The numbers the boxes tell."""
    assert all(answer["version"] == 1 and len(answer["boxes"]) == 1 for answer in answers)
    return [round(answer["boxes"][0]["x1"] / 10) for answer in answers]


def test_ten_answers_wait_and_are_sent_once_each_when_the_network_is_back(canvas, backstage, slug):
    answer_ten(canvas)
    canvas.expect_sent("Offline, 10 waiting")
    assert backstage("answers", slug=slug) == []

    canvas.page.context.set_offline(False)
    canvas.expect_sent()

    answers = backstage("answers", slug=slug)
    assert places(answers) == list(TEN)
    assert len({answer["image"] for answer in answers}) == 10


def test_ten_answers_outlast_the_closed_tab_and_are_sent_when_it_is_opened_later(
    canvas, backstage, slug
):
    context = canvas.page.context
    answer_ten(canvas)
    canvas.expect_sent("Offline, 10 waiting")
    canvas.page.close()
    context.set_offline(False)

    later = Canvas(context.new_page()).open(f"/jobs/{slug}/work", "Your image 11")
    later.expect_sent()

    answers = backstage("answers", slug=slug)
    assert places(answers) == list(TEN)
    assert len({answer["image"] for answer in answers}) == 10
