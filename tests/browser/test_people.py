"""Sign-in ends, people change at one computer: work stays with whom it belongs to, and is sent."""

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas

SIGNED_OUT = (r"\b401\b", r"\b403\b")
OFFLINE = "ERR_INTERNET_DISCONNECTED"
FOCUS_INSIDE = (
    "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
)


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def jonas(someone):
    return someone("jonas")


@pytest.fixture
def slug(small_job, marta, jonas):
    members = (f"{marta}/annotator", f"{jonas}/annotator")
    return small_job(*members, pilot_size=6, annotators_per_image=2)


def test_a_person_signs_in_and_enter_leads_to_the_first_image(context_of, marta, slug):
    page = context_of().new_page()
    page.goto("/")
    page.keyboard.type(marta)
    page.keyboard.press("Tab")
    page.keyboard.type(f"{marta}-open-sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Continue")).to_be_focused()
    page.keyboard.press("Enter")

    canvas = Canvas(page).ready("Your image 1")
    canvas.drag((40, 50), (120, 110))
    canvas.expect_boxes(1)


def test_after_the_session_ended_the_work_is_kept_and_sent_when_signed_in_again(
    enter, backstage, arrived, marta, slug, watch
):
    watch.expect(*SIGNED_OUT, OFFLINE)
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    canvas.drag((40, 50), (120, 110))
    backstage("sign_out", name=marta)

    canvas.keys("Enter")
    message = canvas.page.locator("[data-banners]")
    expect(message).to_contain_text("You were signed out. Your work is saved here.")
    canvas.expect_sent("Signed out, 1 waiting")
    assert backstage("answers", slug=slug) == []

    dialog = canvas.page.get_by_role("dialog", name="You were signed out")
    expect(dialog.get_by_label("Name")).to_have_value(marta)
    expect(dialog.get_by_label("Password")).to_be_focused()
    for _ in range(8):  # the focus stays in the dialog, or with the browser's own controls
        canvas.keys("Tab")
        assert canvas.page.evaluate(FOCUS_INSIDE)
    dialog.get_by_label("Password").fill("not hers")
    canvas.keys("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("enter a correct username and password")

    canvas.page.context.set_offline(True)
    dialog.get_by_label("Password").fill(f"{marta}-open-sesame")
    canvas.keys("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be reached. Your work stays here")
    canvas.keys("Escape")
    expect(dialog).to_be_hidden()
    canvas.drag((60, 60), (100, 100))  # and people go on
    canvas.expect_boxes(1)
    canvas.page.context.set_offline(False)

    message.get_by_role("button", name="Sign in").click()
    dialog.get_by_label("Password").fill(f"{marta}-open-sesame")
    canvas.keys("Enter")
    expect(dialog).to_be_hidden()
    expect(message).to_be_empty()
    canvas.expect_sent()
    assert len(arrived(slug, 1)) == 1
    canvas.expect_boxes(1)  # the image that was open still is
    canvas.keys("Enter")
    assert [len(answer["boxes"]) for answer in arrived(slug, 2)] == [1, 1]


def test_two_people_at_one_computer_never_see_or_send_each_others_work(
    context_of, sign_in, arrived, marta, jonas, slug, watch
):
    watch.expect(OFFLINE)
    context = context_of()
    sign_in(context, marta)
    hers = Canvas(context.new_page()).open(f"/jobs/{slug}/work")
    context.set_offline(True)
    hers.drag((40, 50), (120, 110))
    hers.keys("Enter")
    hers.expect_sent("Offline, 1 waiting")
    hers.drag((10, 20), (60, 70))
    draft = hers.expect_boxes(1)
    hers.expect_kept(1)
    hers.page.close()

    sign_in(context, jonas)
    context.set_offline(False)
    his = Canvas(context.new_page()).open(f"/jobs/{slug}/work")
    his.expect_boxes(0)
    his.expect_sent()
    his.keys("n", "Enter")
    assert [answer["by"] for answer in arrived(slug, 1)] == [jonas]
    his.page.close()

    sign_in(context, marta)
    again = Canvas(context.new_page()).open(f"/jobs/{slug}/work")
    again.expect_sent()
    assert again.expect_boxes(1) == draft
    sent = {answer["by"]: answer["boxes"] for answer in arrived(slug, 2)}
    assert sent[jonas] == []
    assert len(sent[marta]) == 1


def test_who_signs_in_over_anothers_page_never_sends_that_work(
    enter, backstage, arrived, marta, jonas, slug, watch
):
    watch.expect(*SIGNED_OUT)
    canvas = Canvas(enter(marta)).open(f"/jobs/{slug}/work")
    backstage("sign_out", name=marta)
    canvas.drag((40, 50), (120, 110))
    canvas.keys("Enter")
    dialog = canvas.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(jonas)
    dialog.get_by_label("Password").fill(f"{jonas}-open-sesame")
    canvas.keys("Enter")
    expect(dialog).to_contain_text(f"What is open here belongs to {marta}.")
    canvas.expect_sent("Signed out, 1 waiting")
    dialog.get_by_role("link", name=f"Work as {jonas}").click()

    his = Canvas(canvas.page).open(f"/jobs/{slug}/work")
    his.expect_sent()
    his.keys("n", "Enter")
    assert [(answer["by"], answer["boxes"]) for answer in arrived(slug, 1)] == [(jonas, [])]

    # his session ends on his page, and she signs in over it: hers goes from a page of her own
    backstage("sign_out", name=jonas)
    his.drag((40, 50), (120, 110))
    his.keys("Enter")
    dialog.get_by_label("Name").fill(marta)
    dialog.get_by_label("Password").fill(f"{marta}-open-sesame")
    his.keys("Enter")
    dialog.get_by_role("link", name=f"Work as {marta}").click()
    hers = Canvas(his.page).open(f"/jobs/{slug}/work")
    hers.expect_sent()
    assert [answer["by"] for answer in arrived(slug, 2)] == [jonas, marta]


def test_an_image_that_went_to_someone_else_is_said_so_and_its_boxes_are_kept(
    enter, backstage, arrived, marta, jonas, small_job, watch
):
    watch.expect(r"\b409\b")
    slug = small_job(f"{marta}/annotator", f"{jonas}/annotator", images=4)
    page = enter(marta, clock=True)
    canvas = Canvas(page).open(f"/jobs/{slug}/work")
    canvas.drag((40, 50), (120, 110))
    canvas.expect_boxes(1)
    banners = page.locator("[data-banners]")

    page.clock.fast_forward("09:30")
    expect(banners).to_contain_text("Still working? This image is released in 60 seconds.")
    assert backstage("expire", slug=slug)
    assert backstage("answer", slug=slug, name=jonas, most=9) == 4
    page.clock.fast_forward("01:00")
    expect(banners).to_contain_text("No activity for 10 minutes")
    banners.get_by_role("button", name="Keep it").click()
    expect(banners).to_contain_text("This image was reassigned")
    canvas.expect_boxes(1)

    banners.get_by_role("button", name="Next image").click()
    expect(banners).to_be_empty()
    extra = [row for row in arrived(slug, 5) if row["by"] == marta]
    assert [(row["state"], len(row["boxes"])) for row in extra] == [("extra", 1)]
