"""A project admin sets a job up from nothing in the admin; the live page follows the work."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas


@pytest.fixture
def ana(someone):
    return someone("ana", project_admin=True)


@pytest.fixture
def marta(someone):
    return someone()


def test_a_project_admin_sets_a_job_up_from_nothing_and_starts_it(
    enter, backstage, ana, marta, tmp_path
):
    backstage("pictures", folder=str(tmp_path / "pictures"), count=30)
    page = enter(ana)
    page.goto("/")
    page.get_by_role("link", name="New job").click()

    page.get_by_label("Ground Truth").check()
    expect(page.get_by_label("Annotators per image")).to_have_value("5")
    page.get_by_label("Boxwise").check()
    expect(page.get_by_label("Annotators per image")).to_have_value("3")
    page.get_by_label("Name:").fill("Harbour")
    page.get_by_label("Annotators per image").fill("1")
    page.get_by_role("heading", name="Rounds and model").click()
    page.get_by_label("Pilot:").fill("5")
    page.get_by_label("Validation:").fill("15")
    page.get_by_label("First training:").fill("5")
    for place, name in enumerate(("boat", "buoy")):
        page.locator(f"#id_classes-{place}-name").fill(name)
    page.locator("#id_members-0-username").fill(marta)
    files = sorted(str(path) for path in (tmp_path / "pictures").iterdir())
    page.get_by_label("Images:").set_input_files(files)
    page.get_by_role("button", name="Create the job").click()
    expect(page.locator(".messagelist")).to_contain_text("saved as a draft")
    expect(page.locator(".import-list")).to_contain_text("30 images imported, 0 already here")
    expect(page.locator(".thumbnails img")).to_have_count(30)

    expect(page.locator("#job-estimate")).to_contain_text("30")
    page.get_by_role("heading", name="Annotators").click()
    page.get_by_label("Task timeout, minutes:").fill("25")  # not saved by hand
    page.get_by_role("link", name="Start the job").click()
    expect(page.locator(".messagelist")).to_contain_text("The job has started.")
    expect(page.get_by_label("Task timeout, minutes:")).to_have_value("25")

    job = backstage("standing", slug="harbour")
    assert job["state"] == "running"
    assert job["images"] == 30
    assert job["classes"] == ["boat", "buoy"]
    assert job["members"] == sorted((f"{ana}/manager", f"{marta}/annotator"))
    canvas = Canvas(enter(marta)).open("/jobs/harbour/work", "Your image 1")
    canvas.drag((40, 50), (120, 110))
    assert canvas.expect_boxes(1)[0].name == "boat"


def test_a_job_that_starts_from_another_gets_images_to_judge_its_detector(
    enter, small_job, ana, marta
):
    small_job(f"{marta}/annotator", f"{ana}/manager")
    page = enter(ana)
    page.goto("/admin/labeling/job/add/")
    expect(page.get_by_label("Validation:")).to_have_value("0")
    page.get_by_role("heading", name="Rounds and model").click()
    page.get_by_label("Start from:").select_option(index=1)
    expect(page.get_by_label("Validation:")).to_have_value("50")

    page.get_by_label("Validation:").fill("30")  # what was chosen stays
    page.get_by_label("Start from:").select_option(index=0)
    page.get_by_label("Start from:").select_option(index=1)
    expect(page.get_by_label("Validation:")).to_have_value("30")


def test_the_live_page_changes_by_itself_when_an_answer_is_sent_elsewhere(
    enter, backstage, small_job, ana, marta
):
    slug = small_job(f"{marta}/annotator", f"{ana}/manager", pilot_size=6)
    page = enter(ana)
    page.goto(f"/jobs/{slug}/")
    expect(page.locator("[data-live-state]")).to_contain_text("Live, updated")
    state = page.locator('[data-part="state"]')
    expect(state).to_contain_text("0 of 6 answers")

    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Open in admin").hover()
    page.mouse.down()
    backstage("answer", slug=slug, name=marta, most=2)

    expect(state).to_contain_text("2 of 6 answers")
    expect(page.locator('[data-part="people"]')).to_contain_text(marta)
    assert page.evaluate("window.sameDocument")
    page.mouse.up()  # what is pressed is not drawn anew meanwhile
    page.wait_for_url("**/change/")


def test_a_manager_pauses_and_resumes_the_job_on_its_live_page(
    enter, backstage, small_job, ana, marta
):
    slug = small_job(f"{marta}/annotator", f"{ana}/manager")
    page = enter(ana)
    page.goto(f"/jobs/{slug}/")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-chips]")).to_contain_text("paused")
    assert backstage("standing", slug=slug)["state"] == "paused"

    page.get_by_role("button", name="Resume").click()
    expect(page.locator("[data-chips]")).to_contain_text("running")
    assert backstage("standing", slug=slug)["state"] == "running"
