"""Every page works where the browser forbids storage or has no room for it, and says so."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas

FORBIDDEN = """
const refuse = () => { throw new DOMException('storage is forbidden', 'SecurityError'); };
for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, { get: refuse });
IDBFactory.prototype.open = refuse;
for (const name of ['request', 'query'])
  LockManager.prototype[name] = async () => refuse();
window.BroadcastChannel = function () { refuse(); };
"""
FULL = """
Storage.prototype.setItem = () => { throw new DOMException('no room', 'QuotaExceededError'); };
"""
BROKEN = """
Storage.prototype.getItem = () => '{"not what a page wrote';
"""
STATES = {"forbidden": FORBIDDEN, "full": FULL, "not what the page wrote": BROKEN}


@pytest.fixture
def world(small_job, audited):
    """Someone with a job to draw in, and one that has audits."""
    ana, slug = audited
    return ana, small_job(f"{ana}/annotator", pilot_size=4), slug


@pytest.mark.parametrize("state", STATES)
def test_every_page_works_whatever_becomes_of_storage(state, world, enter, backstage, arrived):
    ana, drawing, audited = world
    page = enter(ana, color_scheme="light")
    page.add_init_script(STATES[state])
    page.goto("/")
    expect(page.get_by_text("All your work is sent")).to_be_visible()

    canvas = Canvas(page).open(f"/jobs/{drawing}/work")
    canvas.keys("Shift+L")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    canvas.drag((40, 50), (120, 110))
    canvas.keys("p")
    note = page.get_by_label("Note at this place")
    note.fill("is the mast part of it?")
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.locator(".pin")).to_have_count(1)
    said = page.locator("[data-kept]")
    expect(said).to_have_text(
        "Not saved here: storage is blocked" if state == "forbidden" else "Saved here"
    )
    page.locator("[data-surface]").focus()
    canvas.keys("Enter")
    assert len(arrived(drawing, 1)[0]["boxes"]) == 1

    image = backstage("labels", slug=audited)[0]["image"]
    for name, ready in (
        ("review", "[data-label]"),
        ("review/grid", ".tile"),
        ("review/disagreements", "[data-about] h2"),
        (f"images/{image}/adjudicate", "[data-group] h2"),
        (f"images/{image}/compare", ".side select"),
        ("notes", "[data-about] h2"),
        ("history", "[data-answers] li"),
        ("", "[data-live-state]"),
        ("report", "h1"),
    ):
        page.goto(f"/jobs/{audited}/{name}")
        expect(page.locator(ready).first).to_be_visible()
    page.goto("/settings/keys")
    expect(page.locator("[data-key=fit]")).to_be_visible()


def test_marks_of_the_grid_last_as_long_as_the_page_where_nothing_can_be_stored(world, enter):
    ana, _, audited = world
    page = enter(ana)
    page.add_init_script(FORBIDDEN)
    page.goto(f"/jobs/{audited}/review/grid")
    expect(page.locator(".tile").first).to_be_visible()
    page.locator("[data-grid]").focus()
    page.keyboard.press("y")
    expect(page.locator(".tile.is-right")).to_have_count(1)
    page.keyboard.press("]")
    expect(page.locator(".tile.is-right")).to_have_count(0)  # the next page is there
    page.keyboard.press("[")
    expect(page.locator(".tile.is-right")).to_have_count(1)


def test_leaving_a_page_that_alone_has_unsent_answers_is_asked_about(
    small_job, someone, enter, watch
):
    watch.expect("ERR_INTERNET_DISCONNECTED", "Failed to load")
    marta = someone()
    slug = small_job(f"{marta}/annotator", pilot_size=4)
    page = enter(marta)
    page.add_init_script(FORBIDDEN)
    canvas = Canvas(page).open(f"/jobs/{slug}/work")
    banners = page.locator("[data-banners]")
    expect(banners).to_contain_text("This browser blocks storage")
    banners.get_by_role("button", name="OK", exact=True).click()
    expect(banners).to_be_empty()
    page.context.set_offline(True)
    canvas.drag((40, 50), (120, 110))
    canvas.keys("Enter")
    canvas.expect_sent("Offline, 1 waiting")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.accept()
