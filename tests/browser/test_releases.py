"""A manager makes releases on the page: by keys alone, and sees what each holds and changed."""

import io
import json
import zipfile

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def labelled(backstage, someone, small_job) -> tuple[str, str]:
    """A manager who annotates, too, and the address of their job."""
    mona = someone("mona")
    slug = small_job(f"{mona}/annotator", f"{mona}/manager", images=6, pilot_size=2, batch_size=2)
    return mona, slug


def row(page: Page, number: int):
    """The row of a release."""
    return page.locator(".release", has=page.get_by_role("link", name=f"Release {number}"))


def test_releases_are_made_by_keys_and_tell_what_changed(enter, labelled, backstage):
    mona, slug = labelled
    page = enter(mona)
    page.goto(f"/jobs/{slug}/")
    page.get_by_label("Note (optional)").focus()
    page.keyboard.type("Before anything")
    page.keyboard.press("Enter")
    expect(row(page, 1)).to_contain_text("6 images, 0 labelled, 0 boxes")
    expect(row(page, 1)).to_contain_text("The first release")
    expect(row(page, 1)).to_contain_text("Before anything")
    expect(page.locator('[data-live="polite"]')).to_have_text("Release 1 is ready.")
    expect(page.get_by_label("Note (optional)")).to_be_focused()
    expect(page.get_by_label("Note (optional)")).to_have_value("")
    expect(page.locator(".transfer:not(.release)")).to_have_count(0)

    backstage("answer", slug=slug, name=mona, most=2)
    expect(page.get_by_text("Round 2").first).to_be_visible()
    page.get_by_label("Note (optional)").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Make release")).to_be_focused()
    page.keyboard.press("Space")
    expect(row(page, 2)).to_contain_text("2 labels added")
    with page.expect_download() as download:
        row(page, 2).get_by_role("link").press("Enter")
    assert download.value.suggested_filename == f"{slug}-release-2.zip"
    data = page.request.get(str(row(page, 2).get_by_role("link").get_attribute("href"))).body()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert json.loads(package.read("release.json"))["previous"]["number"] == 1

    page.goto(f"/jobs/{slug}/report")
    expect(page.locator(".release")).to_have_count(2)


def test_what_the_server_refuses_stands_beside_the_button(enter, labelled, watch):
    mona, slug = labelled
    watch.expect(r"\b400\b")
    page = enter(mona)
    page.goto(f"/jobs/{slug}/report")
    page.route(
        "**/releases", lambda route: route.continue_(post_data=json.dumps({"split": [1, 2, 3]}))
    )
    page.get_by_role("button", name="Make release").click()
    expect(page.locator(".release-form .field-error")).to_contain_text("sum to 100")
