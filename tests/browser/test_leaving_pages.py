"""Pages that are left, idle pages, and the manager who gives held work to the others."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.serving import until


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def slug(small_job, marta, someone):
    return small_job(f"{marta}/annotator", f"{someone('mona')}/manager", images=8, pilot_size=8)


def test_leaving_gives_back_what_was_not_begun_and_keeps_what_was(
    enter, backstage, marta, slug, watch
):
    # a picture fetched ahead may be asked for just before, and answered just after
    watch.expect(r"404 .*/preview$|status of 404")
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    assert len(backstage("held", slug=slug)) > 1
    canvas.page.goto("/")
    until(lambda: backstage("held", slug=slug) == [])

    canvas.open(f"/jobs/{slug}/work")
    canvas.drag((20, 20), (120, 90))
    canvas.expect_boxes(1)
    canvas.page.close()  # within the seconds that a draft waits to be sent
    until(lambda: backstage("held", slug=slug) == [marta])
    until(lambda: backstage("drafts", slug=slug) == [1])


def test_a_reload_keeps_the_images_of_the_page(enter, backstage, marta, slug):
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    for _ in range(3):
        canvas.page.reload()
        canvas.open(f"/jobs/{slug}/work")
        canvas.page.wait_for_timeout(500)
        assert marta in backstage("held", slug=slug)


def test_signing_out_gives_the_images_back(enter, backstage, marta, slug, watch):
    watch.expect(r"40[13] ")  # what the page asks after its session has ended
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    canvas.page.get_by_role("button", name=f"{marta}: menu").click()
    canvas.page.get_by_role("button", name="Sign out").click()
    expect(canvas.page.locator("[name=password]")).to_be_visible()
    until(lambda: backstage("held", slug=slug) == [])


def test_a_manager_sees_who_holds_the_last_images_and_frees_them(
    enter, backstage, someone, small_job
):
    marta, mona = someone(), someone("mona")
    slug = small_job(f"{marta}/annotator", f"{mona}/manager", images=4, pilot_size=4)
    backstage("answer", slug=slug, name=marta, most=3)
    Canvas(enter(marta)).open(f"/jobs/{slug}/work")

    page = enter(mona)
    page.goto(f"/jobs/{slug}/")
    line = page.locator("[data-holder]")
    expect(line).to_contain_text(f"{marta} holds 1 image since")
    line.get_by_role("button", name=f"Reassign the work of {marta}").click()
    expect(line).to_have_count(0)
    assert backstage("held", slug=slug) == []
    expect(page.locator('[data-part="events"]')).to_contain_text(f"{marta} held were reassigned")
