"""A manager gets labels out: one click for the usual file, a small form for every other one."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def labelled(backstage, someone, small_job) -> tuple[str, str]:
    """A manager, and the address of a job in which two images are labelled."""
    mona = someone("mona")
    slug = small_job(f"{mona}/annotator", f"{mona}/manager")
    backstage("answer", slug=slug, name=mona, most=2)
    return mona, slug


def content(page: Page, act) -> tuple[str, bytes]:
    """Name and bytes of the file whose download follows."""
    with page.expect_download() as download:
        act()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("where", ["", "report"])
def test_one_click_gives_the_coco_file(enter, labelled, where):
    mona, slug = labelled
    page = enter(mona)
    page.goto(f"/jobs/{slug}/{where}")
    name, data = content(page, page.get_by_role("button", name="Export COCO").click)
    assert name == f"{slug}.coco.json"
    assert set(json.loads(data)) == {"info", "images", "annotations", "categories"}
    link = page.locator('[data-part="exports"] .transfer a').first
    rest = page.request.get(str(link.get_attribute("href")), headers={"Range": "bytes=5-"})
    assert (rest.status, rest.body()) == (206, data[5:])  # as a broken download goes on
    expect(page.locator('[data-live="polite"]')).to_have_text(
        "The export is ready. Its download has started."
    )
    row = page.locator('[data-part="exports"] .transfer').first
    expect(row.locator("a")).to_have_text("COCO")
    expect(row).to_contain_text("0 images")  # answers become labels at the end of the round


def test_every_other_export_is_ordered_by_keys_alone(enter, labelled):
    mona, slug = labelled
    page = enter(mona)
    page.goto(f"/jobs/{slug}/")
    page.get_by_role("button", name="Export COCO").focus()
    keys = page.keyboard
    for key in ("Tab", "Enter", "Tab"):  # to the folded form, open it, to its first field
        keys.press(key)
    expect(page.get_by_label("Format")).to_be_focused()
    keys.type("YOLO")
    for key in ("Tab", "Tab", "Space", "Tab", "Space", "Tab"):  # labels; images; split
        keys.press(key)
    expect(page.get_by_label("Training, %")).to_be_focused()
    keys.type("70")
    expect(page.locator(".export-shares output")).to_have_text("20")

    name, data = content(page, lambda: keys.press("Enter"))
    assert name == f"{slug}.yolo.zip"
    expect(page.get_by_label("Training, %")).to_be_focused()  # nothing took the focus away
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    assert "data.yaml" in names
    row = page.locator('[data-part="exports"] .transfer').first
    expect(row.locator("a")).to_have_text("YOLO, with images, split 70 / 10 / 20 %")


def test_what_does_not_fit_is_said_in_the_form(enter, labelled):
    mona, slug = labelled
    page = enter(mona)
    page.goto(f"/jobs/{slug}/")
    page.get_by_text("Other formats and options").click()
    page.get_by_label("Split into training").check()
    page.get_by_label("Training, %").fill("95")
    send = page.get_by_role("button", name="Export", exact=True)
    send.click()
    said = "input => input.validationMessage"
    assert "more than 100 %" in page.get_by_label("Validation, %").evaluate(said)

    page.get_by_label("Split into training").uncheck()
    expect(page.get_by_label("Images not yet labelled")).to_be_hidden()
    page.get_by_label("Format").select_option(label="Ground Truth manifest")
    expect(page.get_by_label("Images not yet labelled")).to_be_checked()
    page.get_by_text("Classes: all").click()
    page.get_by_label("house").uncheck()
    expect(page.get_by_text("Classes: 1 of 2")).to_be_visible()
    name, data = content(page, send.click)
    assert name == f"{slug}.manifest"
    assert len(data.splitlines()) == 6


def test_what_the_server_refuses_stands_beside_the_button(enter, labelled, watch):
    mona, slug = labelled
    watch.expect(r"\b400\b")
    page = enter(mona)
    page.goto(f"/jobs/{slug}/")
    page.route(
        "**/exports",
        lambda route: route.continue_(post_data=json.dumps({"format": "csv", "round": 99})),
    )
    page.get_by_text("Other formats and options").click()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator(".export-form .field-error")).to_have_text("The job has no round 99.")
