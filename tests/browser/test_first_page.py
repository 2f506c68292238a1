"""The first page of a job in a browser: dropping, refusing, correcting, resuming, keys alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.first_job import CLASSES, MOST_CLICKS, Hand, journey
from tests.browser.canvas import Canvas

DROP = """(names) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File(["not a picture"], name));
  for (const kind of ["dragover", "drop"])
    document.body.dispatchEvent(
      new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }),
    );
}"""


@pytest.fixture
def ana(someone):
    return someone("ana", project_admin=True)


def drop(page: Page, *names: str) -> None:
    """Files dropped somewhere on the page, beside the place for them."""
    expect(page.get_by_text("Drop images, a folder")).to_be_visible()
    page.evaluate(DROP, list(names))


def test_a_dropped_file_of_a_wrong_kind_is_named_and_the_others_are_kept(enter, ana):
    page = enter(ana)
    page.goto("/admin/labeling/job/add/")
    drop(page, "a.jpg", "b.png")
    drop(page, "report.pdf", "c.webp")
    expect(page.locator(".drop-refused")).to_contain_text("report.pdf cannot be imported")
    expect(page.locator(".drop-said")).to_contain_text("3 files chosen")
    expect(page.locator("#job-estimate")).to_contain_text("3")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".drop-said")).to_be_empty()


def test_an_error_keeps_the_chosen_files_and_takes_the_focus(enter, backstage, ana, tmp_path):
    backstage("pictures", folder=str(tmp_path / "pictures"), count=3)
    page = enter(ana)
    page.goto("/admin/labeling/job/add/")
    expect(page.get_by_label("Name:")).to_be_focused()
    files = sorted(str(path) for path in (tmp_path / "pictures").iterdir())
    page.get_by_label("Images:").set_input_files(files)
    page.locator("#id_members-0-username").fill("nobody at all")
    page.get_by_label("Name:").fill("Kept files")
    page.get_by_role("button", name="Create the job").click()

    wrong = page.locator("#id_members-0-username")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(re.compile("There is no account"))
    expect(page.locator("#job-errors")).to_contain_text("There is no account")
    expect(page.locator(".drop-said")).to_contain_text("3 files chosen")

    wrong.fill(ana)
    page.get_by_role("button", name="Create the job").click()
    expect(page.locator(".thumbnails img")).to_have_count(3)
    assert backstage("standing", slug="kept-files")["images"] == 3


def test_an_upload_that_breaks_off_goes_on_with_what_is_left(
    enter, backstage, watch, ana, tmp_path
):
    watch.expect(r"net::ERR_FAILED|ERR_CONNECTION")
    backstage("pictures", folder=str(tmp_path / "pictures"), count=3)
    page = enter(ana)
    # the tries follow at once; not on the page of the job, which would ask the server without pause
    page.add_init_script(
        "if (location.pathname.endsWith('/add/'))"
        " window.setTimeout = ((late) => (call) => late(call, 0))(setTimeout)"
    )
    page.goto("/admin/labeling/job/add/")
    files = sorted(str(path) for path in (tmp_path / "pictures").iterdir())
    page.get_by_label("Images:").set_input_files(files)
    page.get_by_label("Name:").fill("Broken line")
    page.route("**/uploads/**", lambda route: route.abort())
    page.get_by_role("button", name="Create the job").click()

    expect(page.locator(".drop-refused")).to_contain_text("The connection to the server was lost.")
    assert backstage("standing", slug="broken-line")["images"] == 0
    page.unroute("**/uploads/**")
    page.get_by_role("button", name="Resume upload").click()
    expect(page.locator(".thumbnails img")).to_have_count(3)


def test_more_images_are_dropped_onto_the_page_of_a_job(enter, small_job, ana):
    slug = small_job(f"{ana}/annotator", f"{ana}/manager", start=False)
    page = enter(ana)
    page.goto(f"/jobs/{slug}/")
    page.get_by_role("link", name="Open in admin").click()
    page.wait_for_url("**/change/")
    drop(page, "no-picture.jpg")
    expect(page.locator(".import-list")).to_contain_text("1 file refused")
    expect(page.locator(".import-list")).to_contain_text("no-picture.jpg")


def test_a_new_person_joins_by_the_copied_link_and_draws(enter, context_of, small_job, ana):
    slug = small_job(f"{ana}/annotator", f"{ana}/manager")
    page = enter(ana, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/jobs/{slug}/")
    page.get_by_role("link", name="Open in admin").click()
    page.wait_for_url("**/change/")  # a click before the scripts are there asks for a confirmation
    page.get_by_role("link", name="Make an invitation link").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#join-link [role=status]")).to_have_text("Link copied.")
    link = page.evaluate("navigator.clipboard.readText()")

    new = context_of().new_page()
    new.goto(link)
    new.get_by_label("User name").fill(f"new-{ana}")
    new.get_by_label("Password", exact=True).fill("a long enough one")
    new.get_by_label("Password confirmation").fill("a long enough one")
    new.get_by_role("button", name="Make the account and join").click()
    Canvas(new).open(f"/jobs/{slug}/work", "Your image 1")

    page.get_by_role("link", name="Revoke").click()
    expect(page.locator(".messagelist")).to_contain_text("revoked")
    expect(page.get_by_role("link", name="Make an invitation link")).to_be_visible()


def test_the_way_to_the_first_image_of_an_own_job_takes_twelve_clicks(
    context_of, backstage, ana, tmp_path
):
    backstage("pictures", folder=str(tmp_path / "pictures"), count=60)
    files = sorted(str(path) for path in (tmp_path / "pictures").iterdir())
    hand = Hand(context_of().new_page(), pace=0)
    journey(hand, ana, f"{ana}-open-sesame", f"Own {ana}", files)
    assert hand.clicks <= MOST_CLICKS
    Canvas(hand.page).ready("Your image 1")
    job = backstage("standing", slug=f"own-{ana}")
    assert (job["state"], job["images"]) == ("running", 60)
    assert sorted(job["classes"]) == sorted(CLASSES)
