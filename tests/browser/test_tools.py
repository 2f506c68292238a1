"""Every way to draw, choose and change boxes, by pointer and by keys, on the real page."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas, near
from tests.browser.serving import until


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta):
    return small_job(f"{marta}/annotator", pilot_size=6, drawing="points")


@pytest.fixture
def canvas(enter, marta, slug):
    return Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")


def test_four_points_in_any_order_with_points_taken_back(canvas):
    for point in ((80, 40), (200, 200), (40, 70)):
        canvas.click(*point)
    canvas.keys("Backspace", "Backspace")
    for point in ((40, 70), (120, 90), (70, 130)):
        canvas.click(*point)
    assert near(canvas.expect_boxes(1)[0], 40, 40, 80, 90)

    # a drag still draws, and edges go to the pointer one by one
    canvas.drag((150, 150), (200, 220))
    assert near(canvas.expect_boxes(2)[1], 150, 150, 50, 70)
    canvas.point(150, 140)
    canvas.keys("w")
    canvas.point(210, 180)
    canvas.keys("d")
    assert near(canvas.boxes()[1], 150, 140, 60, 80)
    canvas.keys("Escape")
    for key, point in (("a", (220, 20)), ("w", (230, 10)), ("s", (230, 60)), ("d", (260, 30))):
        canvas.point(*point)
        canvas.keys(key)
    assert near(canvas.expect_boxes(3)[0], 220, 10, 40, 50)


def test_many_boxes_change_in_one_step_and_locked_ones_stay(canvas):
    for x in (20, 80, 140):
        canvas.drag((x, 40), (x + 40, 80))
    canvas.keys("o", "Escape", "v")
    canvas.drag((10, 30), (190, 100))
    canvas.keys("2", "ArrowDown")
    assert [(b.name, b.y) for b in canvas.boxes()] == [
        ("house", 41),
        ("house", 41),
        ("boat, locked", 40),
    ]
    canvas.keys("Control+z", "Control+z")
    assert [b.name for b in canvas.boxes()] == ["boat", "boat", "boat, locked"]
    canvas.keys("Shift+O", "Shift+O", "Alt+a", "Delete")
    canvas.expect_boxes(0)
    canvas.keys("Control+z")
    canvas.expect_boxes(3)


def test_boxes_over_one_another_are_reached_by_tab_and_a_held_key_draws_inside(canvas):
    canvas.drag((20, 20), (200, 200))
    canvas.page.keyboard.down("Shift")
    canvas.drag((60, 60), (160, 160))
    canvas.drag((60, 60), (110, 110))
    canvas.page.keyboard.up("Shift")
    canvas.expect_boxes(3)
    canvas.keys("v")
    canvas.click(80, 80)
    sizes = [canvas.selected().width]
    for _ in range(3):
        canvas.keys("Tab")
        sizes.append(canvas.selected().width)
    assert [round(size, -1) for size in sizes] == [50, 100, 180, 50]


def test_copies_go_on_to_the_next_image_and_relabelling_takes_one_key_a_box(canvas, arrived, slug):
    for x in (20, 80, 140):
        canvas.drag((x, 40), (x + 40, 80))
    canvas.keys("Escape", "Shift+R", "2", "1", "2")
    assert [b.name for b in canvas.boxes()] == ["house", "boat", "house"]
    canvas.keys("Enter")
    canvas.ready("Your image 2")
    canvas.keys("r")
    assert [b.name for b in canvas.expect_boxes(3)] == ["house", "boat", "house"]
    canvas.point(260, 200)
    canvas.keys("Escape", "j")
    assert near(canvas.expect_boxes(4)[-1], 240, 180, 40, 40)
    canvas.keys("c")
    canvas.page.keyboard.type("bo")
    canvas.keys("Enter")
    assert canvas.selected().name == "boat"

    # the nearest edge by key: it follows the pointer, then arrows
    canvas.point(279, 200)
    canvas.keys("e")
    canvas.point(290, 200)
    canvas.keys("e")
    assert near(canvas.selected(), 240, 180, 50, 40)
    [answer] = arrived(slug, 1)
    assert [b["class_id"] for b in answer["boxes"]] == [1, 0, 1]
    assert sum(answer["action_ms"].values()) == pytest.approx(answer["active_ms"], abs=5)


def test_a_class_found_by_its_number_takes_no_enter_and_one_esc_closes_the_finder(canvas):
    finder = canvas.page.locator("[data-finder]")
    canvas.drag((20, 40), (60, 80))
    canvas.keys("c")
    expect(finder).to_be_visible()
    canvas.keys("2", "Enter")
    assert canvas.selected().name == "house"
    canvas.page.wait_for_timeout(700)
    canvas.keys("c")
    canvas.page.keyboard.type("bo")
    canvas.keys("Escape")
    expect(finder).to_be_hidden()
    assert canvas.selected().name == "house"
    canvas.ready("Your image 1")
    canvas.keys("Enter")
    canvas.ready("Your image 2")


def test_the_whole_way_back_outlives_a_reload_and_own_ways_the_browser(
    canvas, backstage, marta, slug, enter
):
    canvas.drag((20, 40), (60, 80))
    canvas.keys("2", "ArrowRight", "Delete", "Control+z", "m", "g")
    until(lambda: backstage("own", name=marta).get("method") == "drag")
    before = canvas.boxes()

    canvas.page.reload()
    canvas.ready("Your image 1")
    assert canvas.expect_boxes(1) == before
    canvas.keys("Control+Shift+Z")
    canvas.expect_boxes(0)
    for _ in range(4):
        canvas.keys("Control+z")
    canvas.expect_boxes(0)
    for _ in range(3):
        canvas.keys("Control+Shift+Z")
    assert canvas.boxes() == before

    other = Canvas(enter(marta)).open(f"/jobs/{slug}/work", "Your image 1")
    expect(other.page.locator(".rail [data-action=crosshair]")).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(other.page.locator("[data-hints]")).to_contain_text("Drag a box")


def test_fingers_draw_pinch_and_rest(enter_by_phone, marta, slug):
    canvas = Canvas(enter_by_phone(marta)).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.touch((60, 60), (160, 160))
    box = canvas.boxes_of("tall")[0]
    assert near(box, 60, 60, 100, 100)
    scale = canvas.zoom()
    canvas.pinch((100, 100), (140, 140), by=2)
    assert canvas.zoom() == pytest.approx(2 * scale, rel=0.1)
    assert len(canvas.boxes_of("tall")) == 1


def test_a_phone_keeps_the_class_list_where_it_was_while_boxes_are_drawn(
    enter_by_phone, marta, small_job
):
    slug = small_job(f"{marta}/annotator", labels=[f"class {n}" for n in range(1, 31)])
    canvas = Canvas(enter_by_phone(marta)).open(f"/jobs/{slug}/work")
    last = canvas.page.get_by_role("button", name="class 30")
    last.scroll_into_view_if_needed()
    before = last.bounding_box()
    canvas.touch((60, 60), (160, 160))
    canvas.touch((20, 20), (50, 50))
    assert len(canvas.boxes()) == 2
    assert last.bounding_box() == before


def test_a_selected_box_with_a_long_name_keeps_its_delete_button(enter, marta, small_job):
    name = "a class with a name much longer than the panel is wide"
    slug = small_job(f"{marta}/annotator", labels=[name, "house"])
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    canvas.drag((60, 60), (160, 160))
    panel, button = (canvas.page.locator(part).bounding_box() for part in (".panel", ".row-delete"))
    assert button["x"] + button["width"] <= panel["x"] + panel["width"]


@pytest.mark.parametrize("height", [844, 640])
def test_nothing_on_a_phones_canvas_lies_over_another_under_a_sheet_drawn_up(
    enter_by_phone, marta, slug, height
):
    page = enter_by_phone(marta)
    page.set_viewport_size({"width": 390, "height": height})
    canvas = Canvas(page).open(f"/jobs/{slug}/work", "Your image 1")
    canvas.pinch((100, 100), (140, 140), by=2)
    for sheet in ("tall", "low", "mid"):
        canvas.draw_sheet(sheet)
        parts = page.locator(".floats button:visible, .navigator:visible").all()
        stage, *areas = (part.bounding_box() for part in [page.locator(".stage"), *parts])
        assert len(areas) >= 4
        for place, area in enumerate(areas):
            assert inside(area, stage)
            assert not any(meet(area, other) for other in areas[:place])


def inside(area, frame):
    return all(
        frame[start] <= area[start] and area[start] + area[size] <= frame[start] + frame[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


def meet(a, b):
    return all(
        a[start] < b[start] + b[size] and b[start] < a[start] + a[size]
        for start, size in (("x", "width"), ("y", "height"))
    )
