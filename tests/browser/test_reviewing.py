"""Reviewers judge auto-labels with keys; every verdict arrives as it was meant."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.serving import Backstage, until

SIZES = {
    "assist": True,
    "pilot_size": 10,
    "validation_size": 20,
    "training_size": 10,
    "prefetch_percent": 0,
    "monitoring_share": 1.0,
    "target_quality": 0.3,
    "seed": 1,
}


@pytest.fixture
def marta(someone):
    return someone()


@pytest.fixture
def rita(someone):
    return someone("rita")


class Review:
    """The review page of a job whose audits are ready."""

    def __init__(self, page: Page, slug: str, backstage: Backstage) -> None:
        self.canvas, self.slug, self.backstage = Canvas(page), slug, backstage
        self.label = page.locator("[data-label]")
        page.goto(f"/jobs/{slug}/review")

    def decided(self) -> list[dict[str, Any]]:
        """The verdicts that have arrived."""
        return list(self.backstage("verdicts", slug=self.slug))

    def open_id(self) -> str:
        """Which check is open."""
        return str(self.canvas.page.locator("[data-surface]").get_attribute("data-check"))

    def arrived(self, count: int) -> list[dict[str, Any]]:
        """The verdicts, once there are so many; a proof's one can be taken back for 5 seconds."""
        self.canvas.page.clock.fast_forward(6_000)
        until(lambda: len(self.decided()) >= count)
        return self.decided()

    def decide(self, *keys: str) -> None:
        """Decide the open check by these keys; the next one is there at once."""
        before = self.open_id()
        self.canvas.keys(*keys)
        until(lambda: self.open_id() != before)

    def press(self, *keys: str) -> None:
        """Decide, and wait until that has arrived; a proof's verdict stays a moment first."""
        before = len(self.decided())
        self.decide(*keys)
        self.arrived(before + 1)
        self.canvas.expect_sent()
        # the answer tells of the audit beside the picture, not in its place
        expect(self.canvas.page.locator("[data-surface] canvas").first).to_be_attached()

    def pass_blind_checks(self) -> None:
        """Draw those without boxes, until one with boxes is open."""
        expect(self.label.locator(".chip")).to_be_visible()
        while "blind" in self.label.locator(".chip").inner_text():
            self.canvas.drag((10, 10), (30, 30))
            self.canvas.expect_boxes(1)
            self.compare("x")

    def compare(self, *keys: str) -> None:
        """Send a drawing, and answer for the boxes that it reveals."""
        before = self.open_id()
        self.canvas.keys("Enter")
        expect(self.canvas.page.locator("[data-first]")).to_have_text("Yes, overlooked")
        assert self.open_id() == before
        self.canvas.keys(*keys)
        until(lambda: self.open_id() != before)


def test_a_certificate_audit_is_approved_corrected_or_not_judged(
    small_job, backstage, enter, marta, rita
):
    slug = small_job(
        f"{marta}/annotator",
        f"{rita}/reviewer",
        images=100,
        batch_size=80,
        acceptance="certified",
        audit_budget=30,
        **SIZES,
    )
    backstage("audits_ready", slug=slug, name=marta)
    review = Review(enter(rita, clock=True), slug, backstage)
    for keys in (("y",), ("e", "Tab", "Shift+ArrowRight", "2", "Enter"), ("k",)):
        review.pass_blind_checks()
        expect(review.label).to_contain_text("Scores are shown after the verdict")
        expect(review.label).not_to_contain_text("confidence")
        if keys == ("k",):  # taken back while it is still here, then given again
            mistaken = review.open_id()
            for keys_back in ("u", "Control+z"):
                review.decide("k")
                bar = review.canvas.page.locator("[data-undo-bar]")
                expect(bar).to_contain_text(re.compile("Not judged.+[1-5] s"))
                review.decide(keys_back)
                assert review.open_id() == mistaken
                expect(bar).to_be_hidden()
        review.decide(*keys)

    def seen():
        return [row for row in review.decided() if not row["blind"]]

    review.canvas.page.clock.fast_forward(6_000)
    until(lambda: len(seen()) == 3)
    expect(review.canvas.page.locator("[data-shown]")).to_contain_text("Image confidence")
    seen = seen()
    approved, corrected, given_up = seen
    assert [row["verdict"] for row in seen] == ["approved", "corrected", "unjudgeable"]
    assert approved["boxes"][0]["x1"] == approved["predicted"][0]["x1"]
    assert corrected["boxes"][0]["class_id"] == 1
    # the page keeps a tenth of a pixel
    moved = corrected["predicted"][0]["x1"] + 10
    assert corrected["boxes"][0]["x1"] == pytest.approx(moved, abs=0.06)
    assert given_up["boxes"] is None
    assert all(len(row["boxes"]) == 1 for row in review.decided() if row["blind"])


@pytest.fixture
def undrawn(small_job, backstage, marta, rita):
    """A job at its audit, every check of which is drawn blind; they have no order yet."""
    slug = small_job(
        f"{marta}/annotator",
        f"{rita}/reviewer",
        images=100,
        batch_size=80,
        acceptance="certified",
        audit_budget=30,
        blind_checks=True,
        **SIZES,
    )
    backstage("audits_ready", slug=slug, name=marta)
    return slug


@pytest.fixture
def blind(undrawn, backstage) -> str:
    """The same with an order in which the first checks have no honeypot."""
    backstage("honeypots", slug=undrawn, asked=[False] * 3)
    return undrawn


def test_blind_checks_reveal_what_the_checker_may_have_overlooked(blind, backstage, enter, rita):
    review = Review(enter(rita, clock=True), blind, backstage)
    page = review.canvas.page
    expect(review.label).to_contain_text("Drawn blind")
    review.canvas.expect_boxes(0)
    review.canvas.drag((10, 10), (30, 30))
    review.compare("y")

    review.canvas.drag((10, 10), (30, 30))
    review.canvas.keys("Enter")
    expect(page.locator("[data-first]")).to_have_text("Yes, overlooked")
    expect(page.locator('[data-verdicts] [data-action="correct"]')).to_be_hidden()
    before = review.open_id()
    review.canvas.keys("Control+z", "u")  # never behind what was revealed
    review.canvas.expect_boxes(2)
    assert review.open_id() == before
    # a reload comes back to the same question, and the drawing stays what it was
    page.reload()
    expect(page.locator("[data-first]")).to_have_text("Yes, overlooked")
    review.canvas.expect_boxes(2)
    before = review.open_id()
    review.canvas.keys("y")
    until(lambda: review.open_id() != before)
    review.canvas.keys("u")  # the answer is taken back, and the drawing stays what it was
    until(lambda: review.open_id() == before)
    expect(page.locator("[data-first]")).to_have_text("Yes, overlooked")
    review.canvas.keys("x")
    until(lambda: review.open_id() != before)

    taken, refused = review.arrived(2)
    expect(page.locator("[data-surface] canvas").first).to_be_attached()
    assert [row["verdict"] for row in (taken, refused)] == ["corrected", "corrected"]
    assert len(taken["boxes"]) == 2
    assert len(refused["boxes"]) == 1
    shown = taken["predicted"][0]
    assert taken["boxes"][1]["x1"] == pytest.approx(shown["x1"], abs=0.06)
    assert taken["boxes"][0] == refused["boxes"][0]


def test_a_box_that_is_wrong_on_purpose_is_asked_about_like_the_others_and_never_kept(
    undrawn, backstage, enter, rita
):
    backstage("honeypots", slug=undrawn, asked=[True, False])
    review = Review(enter(rita, clock=True), undrawn, backstage)
    expect(review.label).to_contain_text("Drawn blind")
    review.canvas.drag((10, 10), (30, 30))
    review.canvas.keys("Enter")
    told = review.canvas.page.locator("[data-hints]")
    expect(told).to_contain_text("2 more boxes. Did you overlook an object there?")
    review.canvas.expect_boxes(3)
    review.press("y", "y")
    (row,) = review.decided()
    assert len(row["boxes"]) == 2


def test_a_drawing_waits_for_the_network_and_the_label_for_the_drawing(
    blind, backstage, enter, rita, watch
):
    watch.expect("ERR_INTERNET_DISCONNECTED")
    review = Review(enter(rita, clock=True), blind, backstage)
    canvas, page = review.canvas, review.canvas.page
    expect(review.label).to_contain_text("Drawn blind")
    canvas.expect_boxes(0)
    canvas.drag((10, 10), (30, 30))
    canvas.expect_boxes(1)
    page.context.set_offline(True)
    canvas.keys("Enter")
    waits = page.locator("[data-banners]").get_by_text("Your drawing is saved here.")
    expect(waits).to_be_visible()
    canvas.expect_kept(1)
    canvas.keys("Control+z", "Enter")  # it may be there already: it is sent again as it was
    canvas.expect_boxes(1)
    assert backstage("drawn", slug=blind) == []

    page.context.set_offline(False)
    expect(page.locator("[data-first]")).to_have_text("Yes, overlooked")
    expect(waits).to_be_hidden()
    canvas.expect_boxes(2)
    (stored,) = backstage("drawn", slug=blind)
    assert len(stored) == 1


def test_a_drawing_that_matches_is_done_at_once_and_stays_after_an_undo(
    blind, backstage, enter, rita
):
    review = Review(enter(rita, clock=True), blind, backstage)
    canvas = review.canvas
    expect(review.label).to_contain_text("Drawn blind")
    same = review.open_id()
    canvas.drag((20, 10), (70, 60))
    review.decide("Enter")
    canvas.keys("u")
    until(lambda: review.open_id() == same)
    expect(canvas.page.locator("[data-hints]")).to_contain_text("Your drawing is stored")
    canvas.drag((100, 100), (140, 140))
    canvas.keys("Control+z")
    canvas.expect_boxes(1)
    review.press("Enter")
    (row,) = review.decided()
    assert [row["boxes"]] == backstage("drawn", slug=blind)
    assert len(row["boxes"]) == 1


def test_of_two_tabs_the_first_drawing_counts_and_the_other_one_is_told(
    blind, backstage, enter, rita, watch
):
    watch.expect("409")
    review = Review(enter(rita, clock=True), blind, backstage)
    first = review.canvas.page
    second = first.context.new_page()
    other = Review(second, blind, backstage)
    for tab in (review, other):
        expect(tab.label).to_contain_text("Drawn blind")
    same = other.open_id()
    assert same == review.open_id()
    other.canvas.drag((10, 10), (40, 40))
    first.bring_to_front()
    review.canvas.drag((10, 10), (30, 30))
    review.canvas.keys("Enter")
    expect(first.locator("[data-first]")).to_have_text("Yes, overlooked")

    second.bring_to_front()
    other.canvas.keys("Enter")
    told = second.locator("[data-banners]")
    expect(told).to_contain_text("You have sent another drawing of this check before")
    told.get_by_role("button", name="Reload").click()
    expect(second.locator("[data-first]")).to_have_text("Yes, overlooked")
    assert other.open_id() == same
    other.canvas.keys("x")
    (row,) = other.arrived(1)
    assert len(row["boxes"]) == 1
    (stored,) = backstage("drawn", slug=blind)
    assert row["boxes"] == stored


def test_a_watch_audit_is_rejected_with_a_reason_and_the_image_goes_back(
    small_job, backstage, enter, marta, rita
):
    slug = small_job(
        f"{marta}/annotator",
        f"{rita}/reviewer",
        images=90,
        batch_size=10,
        acceptance="per_round",
        **SIZES,
    )
    backstage("audits_ready", slug=slug, name=marta)
    review = Review(enter(rita, clock=True), slug, backstage)
    expect(review.label).to_contain_text("Image confidence")

    review.canvas.keys("x")
    expect(review.canvas.page.get_by_text("Reject. What is wrong?")).to_be_visible()
    review.press("3")
    rejected = review.decided()[0]
    assert (rejected["verdict"], rejected["reason"]) == ("rejected", "wrong_class")
    assert not rejected["auto"]

    # second thoughts: the server takes it back, and box by box nothing is wrong
    review.decide("u")
    until(lambda: review.decided() == [])
    review.canvas.keys("Tab")
    expect(review.canvas.page.locator("[data-position]")).to_have_text("Box 1 of 1")
    review.canvas.keys("x", "u", "y")
    expect(review.canvas.page.locator("[data-hints]")).to_contain_text("1 right. Anything missing?")
    review.press("Enter")
    approved = review.decided()[0]
    assert approved["verdict"] == "approved"
    assert approved["auto"]
