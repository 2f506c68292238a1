"""Drawing with mouse and keys: every change is in the list, can be undone, and is sent."""

import pytest

from tests.browser.canvas import Canvas, near
from tests.browser.serving import until


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", pilot_size=6)


@pytest.fixture
def canvas(enter, marta, slug):
    return Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")


def test_a_box_is_drawn_by_press_and_release_and_by_two_clicks(canvas):
    canvas.drag((40, 50), (120, 110))
    assert near(canvas.expect_boxes(1)[0], 40, 50, 80, 60)

    for corner in ((150, 150), (200, 220)):
        canvas.page.mouse.click(*canvas.at(*corner))
    assert near(canvas.expect_boxes(2)[1], 150, 150, 50, 70)


def test_a_box_is_moved_resized_nudged_reclassed_and_deleted(canvas):
    canvas.drag((40, 50), (120, 110))

    canvas.keys("v")
    canvas.drag((80, 80), (90, 100))
    assert near(canvas.boxes()[0], 50, 70, 80, 60)
    canvas.drag((130, 130), (150, 170))
    assert near(canvas.boxes()[0], 50, 70, 100, 100)
    canvas.keys("ArrowLeft", "Shift+ArrowUp")
    assert near(canvas.boxes()[0], 49, 60, 100, 100)
    canvas.keys("Alt+ArrowRight", "Alt+Shift+ArrowDown")
    assert near(canvas.boxes()[0], 49, 60, 101, 110)
    canvas.keys("2")
    assert canvas.boxes()[0].name == "house"
    canvas.keys("Delete")
    canvas.expect_boxes(0)


def test_every_step_is_undone_and_done_again(canvas):
    canvas.drag((40, 50), (120, 110))
    canvas.keys("2", "ArrowRight", "Delete")
    steps = []
    for _ in range(4):
        canvas.keys("Control+z")
        steps.append(canvas.boxes())

    assert [len(boxes) for boxes in steps] == [1, 1, 1, 0]
    assert near(steps[0][0], 41, 50, 80, 60)
    assert steps[1][0].name == "house"
    assert steps[2][0].name == "boat"
    for _ in range(3):
        canvas.keys("Control+Shift+Z")
    assert canvas.boxes() == steps[0]


def test_submit_sends_the_boxes_and_opens_the_next_image(canvas, arrived, slug, marta):
    canvas.drag((40, 50), (120, 110))
    canvas.keys("2", "Enter")
    canvas.ready("Your image 2")
    canvas.expect_boxes(0)
    canvas.keys("n", "Enter")
    canvas.ready("Your image 3")

    first, second = arrived(slug, 2)
    assert (first["by"], first["version"], first["state"]) == (marta, 1, "submitted")
    [box] = first["boxes"]
    assert box["class_id"] == 1
    assert abs(box["x1"] - 40) < 1 and abs(box["y2"] - 110) < 1
    assert first["active_ms"] > 0
    assert second["boxes"] == []


def test_a_skipped_image_is_noted_with_its_reason_and_the_next_one_opens(
    enter, marta, backstage, arrived, slug
):
    page = enter(marta, clock=True)  # a skip can be taken back for some seconds
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.keys("k", "2")
    canvas.ready()
    page.clock.fast_forward(7_000)
    until(lambda: backstage("skips", slug=slug) == ["hard_to_see"])

    canvas.ready()
    canvas.keys("n", "Enter")
    assert len(arrived(slug, 1)) == 1
