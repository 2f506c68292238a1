"""The model's boxes on the page: shown from a confidence on, and each answered by one key."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas, near

SUGGESTED = [
    {"class_id": 0, "x1": 20, "y1": 20, "x2": 60, "y2": 60, "score": 0.9},
    {"class_id": 1, "x1": 100, "y1": 20, "x2": 140, "y2": 60, "score": 0.7},
    {"class_id": 0, "x1": 180, "y1": 20, "x2": 220, "y2": 60, "score": 0.5},
    {"class_id": 1, "x1": 250, "y1": 20, "x2": 290, "y2": 60, "score": 0.2},
]


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", pilot_size=4)


def test_suggestions_are_cut_accepted_changed_and_dismissed_by_keys(
    enter, backstage, arrived, marta, slug
):
    backstage("suggest", slug=slug, name=marta, suggested=SUGGESTED)
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.expect_boxes(4)
    canvas.keys(*["]"] * 8)
    canvas.expect_boxes(3)
    canvas.point(40, 40)
    canvas.keys("y")
    canvas.point(120, 40)
    canvas.keys("x")
    canvas.keys("Tab", "Tab", "ArrowDown")
    canvas.keys("Enter")

    canvas.ready("Your image 2")
    canvas.expect_boxes(3)  # the confidence is remembered
    canvas.keys("Shift+Y", "Enter")
    first, second = arrived(slug, 2)
    # the last one was on screen at first, and on the second image never
    assert first["outcomes"] == ["accepted", "dismissed", "changed", "left"]
    assert [box["class_id"] for box in first["boxes"]] == [0, 0]
    assert second["outcomes"] == ["accepted"] * 3 + ["unseen"]
    assert set(first["action_ms"]) == {"open", "accept", "reject", "adjust", "submit"}


def test_boxes_are_verified_one_by_one_then_what_is_missing(enter, backstage, arrived, marta, slug):
    backstage("suggest", slug=slug, name=marta, suggested=SUGGESTED, verify=True)
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")
    bar = canvas.page.locator("[data-verdict-bar]")
    expect(bar).to_contain_text("Box 1 of 4")
    canvas.keys("Enter")  # cannot be skipped
    canvas.keys("y", "x")
    expect(bar).to_contain_text("Box 3 of 4")
    canvas.keys("u")
    expect(bar).to_contain_text("Box 2 of 4")
    canvas.keys("1")  # another class is a fix
    canvas.keys("e", "ArrowRight", "Enter", "x")
    expect(bar).to_contain_text("Anything missing?")
    canvas.page.wait_for_timeout(250)  # the flight back to the whole image
    canvas.drag((20, 100), (60, 140))
    canvas.keys("Enter")

    [answer] = arrived(slug, 1)
    assert answer["outcomes"] == ["accepted", "changed", "changed", "dismissed"]
    assert [box["class_id"] for box in answer["boxes"]] == [0, 0, 0, 0]


def test_one_object_sends_itself_unless_taken_back_and_classes_come_one_at_a_time(
    enter, arrived, marta, small_job
):
    slug = small_job(f"{marta}/annotator", pilot_size=4, one_object=True)
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.drag((40, 50), (120, 110))
    canvas.keys("Control+z")
    canvas.page.wait_for_timeout(1200)
    canvas.ready("Your image 1")
    canvas.drag((40, 50), (120, 110))
    canvas.ready("Your image 2")
    assert len(arrived(slug, 1)) == 1

    canvas.keys("Shift+C", "Enter")
    expect(canvas.page.locator("[data-hints]")).to_contain_text("Class 2 of 2: house")
    canvas.drag((40, 50), (120, 110))
    assert canvas.expect_boxes(1)[0].name == "house"


@pytest.mark.parametrize("sheet", ["mid", "low"])
def test_a_phone_says_beside_submit_what_a_second_tap_would_leave_out(
    enter_by_phone, backstage, marta, slug, sheet
):
    backstage("suggest", slug=slug, name=marta, suggested=SUGGESTED)
    page = enter_by_phone(marta)
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.draw_sheet(sheet)
    submit = page.get_by_role("button", name="Submit, next image")
    before = submit.bounding_box()
    canvas.settle()
    submit.tap()
    asked = page.locator(".panel").get_by_text(
        "4 suggestions not looked at. Tap Submit again to leave them out."
    )
    expect(asked).to_be_in_viewport(ratio=1)
    assert submit.bounding_box() == before
    submit.tap()
    canvas.ready("Your image 2")
    expect(asked).to_have_count(0)


def test_a_tap_on_a_suggestion_selects_it_and_the_sheet_answers_it(
    enter_by_phone, backstage, marta, small_job
):
    slug = small_job(f"{marta}/annotator", pilot_size=4, drawing="points")
    backstage("suggest", slug=slug, name=marta, suggested=SUGGESTED)
    page = enter_by_phone(marta)
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")
    accept = page.get_by_role("button", name="Accept", exact=True)
    expect(accept).to_be_hidden()
    canvas.touch((40, 40), (40, 40))
    expect(accept).to_have_attribute("title", "Accept (Y)")
    accept.tap()
    canvas.touch((120, 40), (120, 40))
    page.get_by_role("button", name="Reject").tap()
    expect(accept).to_be_hidden()
    assert [b.name for b in canvas.boxes_of("tall")] == [
        "boat",
        "boat, suggested, score 0.50",
        "house, suggested, score 0.20",
    ]

    # tapped twice it is drawn over, as everything else is
    canvas.touch((200, 40), (200, 40))
    for point in ((200, 40), (210, 30), (215, 45), (208, 55)):
        canvas.touch(point, point)
    assert near(canvas.boxes_of("tall")[1], 200, 30, 15, 25)
