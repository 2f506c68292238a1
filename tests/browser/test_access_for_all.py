"""No page breaks a rule that axe-core can check, in the light and the dark theme."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.serving import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Without preload, for which axe would add a style of its own; the page's policy forbids that.
RUN = """async () => (await axe.run(document, { resultTypes: ['violations'], preload: false }))
  .violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`))"""
AT_REST = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const ending = document.getAnimations().filter(
    (one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
  await Promise.allSettled(ending.map((one) => one.finished));
}"""
SCHEME = "getComputedStyle(document.documentElement).colorScheme"
# Django's own table of rows has head cells without words: over a cell that is hidden, and over the
# buttons of rows that may not be deleted.
NOT_OURS = ("empty-table-header: fieldset[", "empty-table-header: th:nth-child(")


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker; evaluated by the debugger, so the page's policy stays in force."""
    return Path(AXE).read_text()


@pytest.fixture
def world(small_job, audited):
    """Someone with a job to draw in, and one that has audits."""
    ana, slug = audited
    return ana, small_job(f"{ana}/annotator"), slug


def violations(page, axe: str) -> list[str]:
    """What axe finds on the page as it stands, in both themes; it was loaded in the light one."""
    page.evaluate(axe)
    found = []
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.evaluate(AT_REST)
        assert page.evaluate(SCHEME) == theme
        found += [f"{theme}: {one}" for one in page.evaluate(RUN) if not one.startswith(NOT_OURS)]
    return found


def test_axe_finds_nothing_on_any_page(world, enter, axe, backstage):
    ana, drawing, audited = world
    page = enter(ana, color_scheme="light", reduced_motion="reduce")
    found = {}

    page.goto("/")
    expect(page.get_by_text("All your work is sent")).to_be_visible()
    found["home"] = violations(page, axe)

    canvas = Canvas(page).open(f"/jobs/{drawing}/work")
    canvas.drag((40, 50), (120, 110))
    canvas.expect_boxes(1)
    found["annotate"] = violations(page, axe)
    canvas.keys("k")
    found["annotate, reasons"] = violations(page, axe)
    canvas.keys("Escape", "?")
    found["annotate, keys"] = violations(page, axe)

    page.goto("/settings/keys")
    expect(page.locator("[data-key=fit]")).to_be_visible()
    found["own keys"] = violations(page, axe)

    page.goto("/settings/tokens")
    page.get_by_label("Name").fill("Nightly export")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_role("textbox", name="New token")).to_be_focused()
    found["own tokens"] = violations(page, axe)

    page.goto(f"/jobs/{audited}/review")
    expect(page.locator("[data-label]")).to_be_visible()
    expect(page.locator("[data-sent]")).to_contain_text("sent")
    found["review"] = violations(page, axe)

    image = backstage("labels", slug=audited)[0]["image"]
    for name, ready in (
        ("review/grid", ".tile"),
        ("review/disagreements", "[data-about] h2"),
        (f"images/{image}/adjudicate", "[data-group] h2"),
        (f"images/{image}/compare", ".side select"),
        ("notes", "[data-about] h2"),
        ("history", "[data-answers] li"),
    ):
        page.goto(f"/jobs/{audited}/{name}")
        expect(page.locator(ready).first).to_be_visible()
        found[name] = violations(page, axe)

    page.goto(f"/jobs/{audited}/")
    expect(page.locator("[data-live-state]")).to_contain_text("Live, updated")
    found["live"] = violations(page, axe)

    page.goto(f"/jobs/{audited}/report")
    page.get_by_text("Method and figures").click()
    expect(page.locator('[data-part="strip"] strong').first).to_be_visible()
    found["report"] = violations(page, axe)

    page.goto("/admin/labeling/job/add/")
    page.get_by_role("button", name="Create the job").click()
    expect(page.locator("#id_name")).to_be_focused()
    expect(page.locator("#job-errors")).to_contain_text("Name")
    found["job form with errors"] = violations(page, axe)

    page.goto("/admin/labeling/job/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/")  # a click before the scripts are there asks for a confirmation
    page.get_by_role("link", name="Make an invitation link").click()
    link = page.get_by_label("Invitation link", exact=True).last.input_value()
    found["job in the admin"] = violations(page, axe)
    page.goto(link)
    found["invitation, signed in"] = violations(page, axe)

    page.context.clear_cookies()
    page.goto(link)
    found["invitation"] = violations(page, axe)
    page.goto("/accounts/login/")
    found["login"] = violations(page, axe)

    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_text_of_twice_the_size_fits_every_page(width, height, world, large_text):
    """As set in the browser for all pages; the layout must not need a sideways scroll."""
    ana, drawing, audited = world
    page = large_text(ana)
    page.set_viewport_size({"width": width, "height": height})
    wide = {}
    for address, ready in (
        ("/", "text=All your work is sent"),
        ("/settings/keys", "[data-key=fit]"),
        ("/settings/tokens", "text=New token"),
        (f"/jobs/{drawing}/work", "[data-surface] canvas"),
        (f"/jobs/{drawing}/history", "h1"),
        (f"/jobs/{audited}/", "[data-live-state]"),
        (f"/jobs/{audited}/report", '[data-part="verdict"] h2'),
        (f"/jobs/{audited}/review", "[data-label] .chip"),
        (f"/jobs/{audited}/review/grid", ".tile"),
        (f"/jobs/{audited}/review/disagreements", "[data-about] h2"),
        (f"/jobs/{audited}/notes", "[data-about] h2"),
    ):
        page.goto(address)
        expect(page.locator(ready).first).to_be_visible()
        page.evaluate(AT_REST)
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 26
        wide[address] = page.evaluate("document.documentElement.scrollWidth")
    assert {address: size for address, size in wide.items() if size > width} == {}
