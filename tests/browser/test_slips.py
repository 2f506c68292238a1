"""A slip of the hand never becomes an answer: keys in a gesture or for the image before, a class
for the wrong box, the same object twice."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas, near
from tests.browser.serving import until

# the strays come as soon as the next image is open, however slow the machine
ENTER_THEN = """async (strays) => {
  const press = (key) => document.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const place = document.querySelector('[data-position]');
  const before = place.textContent;
  press('Enter');
  while (place.textContent === before) await new Promise((done) => setTimeout(done));
  for (const key of strays) press(key);
}"""


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", images=8, pilot_size=8, drawing="clicks")


@pytest.fixture
def canvas(enter, marta, slug):
    return Canvas(enter(marta)).open(f"/jobs/{slug}/work")


def test_b_never_makes_a_box_and_no_key_acts_in_the_middle_of_one(canvas, backstage, slug):
    canvas.keys("b", "b")
    canvas.expect_boxes(0)
    expect(canvas.said()).to_contain_text("Two clicks")

    canvas.click(40, 50)  # the first corner
    canvas.point(90, 90)
    canvas.keys("b", "Shift+B", "j", "n", "k", "v", "m", "Enter", "r", "w", "Control+v", "?")
    expect(canvas.said()).to_have_text("This box is not finished: click its other corner, or Esc")
    expect(canvas.page.locator("dialog[open]")).to_have_count(0)
    canvas.expect_boxes(0)
    canvas.click(120, 110)
    assert near(canvas.expect_boxes(1)[0], 40, 50, 80, 60)

    # while a box is dragged, its class, its deletion and the next image wait
    canvas.page.mouse.move(*canvas.at(80, 80))
    canvas.page.mouse.down()
    canvas.page.mouse.move(*canvas.at(100, 90), steps=3)
    canvas.keys("2", "Delete", "Enter", "Control+z", "Control+d", "x", "b", "Shift+B")
    canvas.page.mouse.up()
    [box] = canvas.expect_boxes(1)
    assert (box.name, near(box, 60, 60, 80, 60)) == ("boat", True)

    # with an edge in hand Enter lets go and keeps it; only the next one sends
    canvas.point(138, 90)
    canvas.keys("e")
    canvas.point(160, 90)
    canvas.keys("Enter")
    assert near(canvas.expect_boxes(1)[0], 60, 60, 100, 60)
    assert backstage("answers", slug=slug) == []


def test_a_box_placed_by_key_counts_only_once_it_was_touched(canvas, arrived, slug):
    canvas.keys("Shift+B")
    expect(canvas.said()).to_contain_text("not an answer yet")
    canvas.keys("Enter")
    expect(canvas.asked()).to_have_text(
        "The box placed by key was not moved or accepted. Enter again to leave it out."
    )
    canvas.keys("ArrowRight", "Enter")
    canvas.ready()
    canvas.keys("Shift+B", "y", "Enter")
    canvas.ready()
    canvas.keys("Shift+B", "Enter", "Enter")
    canvas.ready()
    assert [len(answer["boxes"]) for answer in arrived(slug, 3)] == [1, 1, 0]


def test_n_marks_and_enter_sends_and_neither_reaches_the_next_image(canvas, arrived, slug):
    canvas.keys("n")
    expect(canvas.asked()).to_have_text("Nothing here: Enter to send it so.")
    canvas.keys("Escape", "Enter")
    expect(canvas.asked()).to_contain_text("No boxes drawn")
    canvas.keys("Escape", "n")
    canvas.page.wait_for_timeout(500)
    canvas.keys("Enter", "Enter", "Enter")
    assert len(arrived(slug, 1)) == 1
    canvas.ready()
    canvas.page.wait_for_timeout(500)
    assert len(arrived(slug, 1)) == 1


def test_a_key_for_the_image_before_does_nothing_on_the_next_but_says_so(canvas, arrived, slug):
    strays = ["Enter", "n", "k", "Delete", "Backspace", "y", "x"]
    for sent, stray in enumerate(strays, start=1):
        canvas.drag((40, 50), (120, 110))
        canvas.expect_boxes(1)
        canvas.settle()
        canvas.page.evaluate(ENTER_THEN, [stray, stray])
        if stray not in ("y", "x", "Delete"):  # these find nothing to act on here
            told = "This image has just opened: that press did nothing."
            expect(canvas.asked()).to_have_text(told)
        expect(canvas.page.locator("[data-reasons]")).to_be_hidden()
        canvas.ready(f"Your image {sent + 1}")
        canvas.page.wait_for_timeout(400)
        assert len(arrived(slug, sent)) == sent, stray


def test_a_double_click_on_submit_sends_one_image(canvas, arrived, slug):
    canvas.drag((40, 50), (120, 110))
    canvas.settle()
    canvas.page.get_by_role("button", name="Submit, next image").dblclick()
    canvas.ready()
    # at most told that the next image has just opened, where it did so between the two clicks
    expect(canvas.asked()).not_to_contain_text("No boxes drawn")
    assert len(arrived(slug, 1)) == 1


def test_what_was_sent_or_skipped_is_taken_back_for_some_seconds(
    enter, marta, backstage, arrived, slug
):
    page = enter(marta, clock=True)
    canvas = Canvas(page).open(f"/jobs/{slug}/work")
    offer = canvas.page.locator("[data-sent-offer]")
    canvas.drag((40, 50), (120, 110))
    canvas.keys("Enter")
    expect(offer).to_contain_text("Submitted with 1 box.")
    assert len(arrived(slug, 1)) == 1
    canvas.ready()
    canvas.keys("Control+z")
    assert near(canvas.expect_boxes(1)[0], 40, 50, 80, 60)
    canvas.page.wait_for_timeout(400)
    canvas.keys("Tab", "2", "Enter")
    until(lambda: backstage("answers", slug=slug)[0]["version"] == 2)
    assert backstage("answers", slug=slug)[0]["boxes"][0]["class_id"] == 1

    canvas.ready()
    canvas.keys("k", "2")
    expect(offer).to_contain_text("Skipped.")
    canvas.ready()
    offer.get_by_role("button", name="Undo").click()
    expect(canvas.asked()).to_have_text("Reopened: it was not sent.")
    page.clock.fast_forward(7_000)
    page.wait_for_timeout(500)  # for what would be sent now
    assert backstage("skips", slug=slug) == []
    canvas.keys("k", "2")
    expect(offer).to_contain_text("Skipped.")
    page.clock.fast_forward(7_000)
    until(lambda: backstage("skips", slug=slug) == ["hard_to_see"])


def test_a_skip_is_sent_though_the_page_is_left_at_once(canvas, backstage, slug, watch):
    watch.expect(r"404 .*/preview$|status of 404")  # fetched ahead, and given back meanwhile
    canvas.keys("k", "2")
    canvas.ready()
    canvas.page.goto("/")
    until(lambda: backstage("skips", slug=slug) == ["hard_to_see"], seconds=12)


def test_a_class_key_shows_at_the_box_what_it_did_and_esc_first_names_the_next_box(canvas):
    canvas.drag((40, 50), (120, 110))
    canvas.point(200, 200)
    expect(canvas.next_class()).to_have_text("1 boat")
    canvas.keys("2")
    expect(canvas.said()).to_have_text("boat → house · Ctrl Z undoes it")
    expect(canvas.next_class()).to_have_text("2 house")
    canvas.keys("Control+z")
    assert canvas.boxes()[0].name == "boat"
    expect(canvas.next_class()).to_have_text("2 house")
    canvas.keys("1", "Escape", "2")
    expect(canvas.said()).to_have_text("Next box: house")
    canvas.drag((150, 150), (200, 200))
    assert [box.name for box in canvas.expect_boxes(2)] == ["boat", "house"]


def test_the_same_object_drawn_twice_is_asked_about_once(canvas, arrived, slug):
    canvas.drag((40, 50), (120, 110))
    canvas.keys("Escape")
    canvas.page.keyboard.down("Shift")
    canvas.drag((41, 51), (121, 110))
    canvas.page.keyboard.up("Shift")
    canvas.keys("Enter")
    expect(canvas.asked()).to_have_text("Two nearly equal boxes of boat. Enter again to send both.")
    expect(canvas.page.locator("[data-boxes] .is-selected")).to_have_count(2)
    canvas.keys("Enter")
    assert len(arrived(slug, 1)[0]["boxes"]) == 2


def test_a_drag_inside_the_selected_box_moves_it_and_shift_or_esc_draws_there(canvas):
    canvas.drag((20, 20), (200, 200))
    canvas.drag((100, 100), (110, 115))
    assert near(canvas.expect_boxes(1)[0], 30, 35, 180, 180)
    canvas.page.keyboard.down("Shift")
    canvas.drag((60, 60), (100, 100))
    canvas.page.keyboard.up("Shift")
    canvas.expect_boxes(2)
    canvas.keys("Escape")
    canvas.drag((120, 60), (160, 100))
    canvas.expect_boxes(3)
    canvas.keys("Control+z", "Escape")
    canvas.drag((250, 100), (251, 102))
    canvas.expect_boxes(2)
    canvas.click(250, 150)
    canvas.click(251, 151)
    canvas.expect_boxes(2)
    expect(canvas.said()).to_have_text("Too small for a box: zoom in to draw it")


@pytest.mark.parametrize("tool", ["draw", "select"])
def test_further_clicks_in_one_place_reach_the_boxes_below(enter, marta, small_job, tool):
    slug = small_job(f"{marta}/annotator", drawing="drag")
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    canvas.page.keyboard.down("Shift")
    for side in (180, 120, 60):
        canvas.drag((20, 20), (20 + side, 20 + side))
    canvas.page.keyboard.up("Shift")
    canvas.keys("Escape")
    if tool == "select":
        canvas.keys("v")
    sizes = []
    for _ in range(4):
        canvas.click(50, 50)
        sizes.append(canvas.selected().width)
    assert [round(size, -1) for size in sizes] == [60, 120, 180, 60]
    canvas.expect_boxes(3)


@pytest.mark.parametrize("drawing", ["points", "clicks", "drag"])
def test_a_tap_selects_and_further_taps_reach_the_boxes_below(
    enter_by_phone, marta, small_job, drawing
):
    slug = small_job(f"{marta}/annotator", drawing=drawing)
    canvas = Canvas(enter_by_phone(marta)).open(f"/jobs/{slug}/work")
    canvas.touch((220, 120), (300, 220))
    canvas.touch((20, 20), (200, 200))
    canvas.touch((250, 60), (250, 60))  # a tap on nothing: deselects, or begins a box
    canvas.page.reload()  # as a page that knows of no gesture before
    canvas.ready()
    canvas.touch((40, 40), (40, 40))
    assert round(canvas_selected(canvas).width, -1) == 180
    canvas.touch((100, 100), (110, 110))  # and a finger inside moves it
    assert near(canvas_selected(canvas), 30, 30, 180, 180)
    assert len(canvas.boxes_of("tall")) == 2


def canvas_selected(canvas: Canvas):
    canvas.draw_sheet("tall")
    box = canvas.selected()
    canvas.draw_sheet("mid")
    return box


def test_the_next_image_draws_and_the_select_tool_says_that_it_does_not(canvas):
    canvas.keys("v")
    canvas.drag((40, 50), (120, 110))
    expect(canvas.said()).to_have_text("The Select tool draws nothing")
    canvas.keys("n", "Enter")
    canvas.ready()
    canvas.drag((40, 50), (120, 110))
    canvas.expect_boxes(1)
