"""Reviewers look wider than one audit, and people look back: grid, differences, notes, history."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.serving import until


@pytest.fixture(scope="module")
def team(backstage) -> dict[str, str]:
    """Two annotators and a reviewer, and their job: four images drawn by both, differently."""
    names = {who: f"{who}_wide" for who in ("anna", "ben", "rita")}
    for name in names.values():
        backstage("person", name=name)
    slug = backstage(
        "job",
        name="Wide job",
        images=10,
        assist=False,
        annotators_per_image=2,
        pilot_size=4,
        batch_size=6,
        instructions="Draw **boats**.",
        members=[
            f"{names['anna']}/annotator",
            f"{names['ben']}/annotator",
            f"{names['rita']}/reviewer",
        ],
    )
    assert backstage("labels_ready", slug=slug, shifts={names["anna"]: 0, names["ben"]: 18}) == 4
    return {**names, "slug": slug}


def holding(backstage, slug: str) -> list[dict]:
    return [row for row in backstage("labels", slug=slug) if row["holds"]]


def test_disagreements_are_resolved_by_one_key_a_group_and_compared_afterwards(
    team, backstage, enter
):
    page: Page = enter(team["rita"])
    page.goto(f"/jobs/{team['slug']}/review/disagreements")
    expect(page.locator("[data-list] a")).to_have_count(4)
    page.keyboard.press("Enter")
    place = page.locator("[data-position]")
    expect(place).to_have_text("Image 1 of 4")
    expect(page.locator("[data-group] .person-row")).to_have_count(2)

    page.keyboard.press("Enter")
    expect(page.locator("[data-hints]")).to_contain_text("1 group is not resolved yet")
    for keys in (("2", "u", "y", "u", "1"), ("n",)):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("[data-group]")).to_contain_text("Anything missing?")
        before = place.inner_text()
        page.keyboard.press("Enter")
        expect(place).not_to_have_text(before)

    page.keyboard.press("e")  # the merged box, moved by hand
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(place).to_have_text("Image 4 of 4")

    expect(page.locator("[data-undo-bar]")).to_contain_text("is resolved")
    page.keyboard.press("u")  # the image sent last is back as it was decided
    expect(place).to_have_text("Image 3 of 4")
    expect(page.locator("[data-group]")).to_contain_text("Anything missing?")
    page.keyboard.press("Enter")
    expect(place).to_have_text("Image 4 of 4")

    adjudicated = [r for r in holding(backstage, team["slug"]) if r["source"] == "reviewer"]
    assert [row["by"] for row in adjudicated] == [team["rita"]] * 3
    assert [len(row["boxes"]) for row in adjudicated] == [1, 0, 1]
    assert adjudicated[0]["boxes"][0]["x1"] == 10  # the first person's
    assert adjudicated[2]["boxes"][0]["y1"] == pytest.approx(20, abs=0.2)

    page.goto(f"/jobs/{team['slug']}/images/{adjudicated[1]['image']}/compare")
    expect(page.locator("[data-changes] button")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-changes] .is-selected")).to_contain_text("removed")
    page.keyboard.press("Shift+S")
    expect(page.locator("[data-changes]")).to_contain_text("added")


def test_a_page_of_the_grid_is_marked_sent_and_taken_back(team, backstage, enter, watch):
    watch.expect(r"\b40[13]\b")
    slug = team["slug"]
    page: Page = enter(team["rita"])
    page.goto(f"/jobs/{slug}/review/grid")
    page.locator("[data-filters] [name=source]").select_option("any")
    expect(page.locator("[data-grid]")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".tile")).to_have_count(4)
    before = {row["image"] for row in holding(backstage, slug)}

    page.keyboard.press("Enter")
    expect(page.locator("[data-hints]")).to_contain_text("Nothing is marked yet")
    page.keyboard.press("x")
    page.keyboard.press("1")
    expect(page.locator(".tile.is-rejected")).to_contain_text("Missed")
    page.reload()  # marks outlast it, and so do the filters
    expect(page.locator("[data-filters] [name=source]")).to_have_value("any")
    expect(page.locator(".tile")).to_have_count(4)
    expect(page.locator(".tile.is-rejected")).to_have_count(1)
    page.keyboard.press("q")
    expect(page.locator("dialog[data-closeup]")).to_be_visible()
    page.keyboard.press("y")
    page.keyboard.press("q")
    expect(page.locator("dialog[data-closeup]")).to_be_hidden()
    expect(page.locator(".tile.is-right")).to_have_count(1)
    page.keyboard.press("Shift+Y")
    backstage("sign_out", name=team["rita"])
    page.keyboard.press("Enter")
    page.get_by_label("Password").fill(f"{team['rita']}-open-sesame")
    page.keyboard.press("Enter")  # what was asked for goes on by itself
    expect(page.locator("[data-card]")).to_be_visible()
    until(lambda: len(holding(backstage, slug)) == 3)
    sent_back = next(r for r in backstage("labels", slug=slug) if r["reason"].startswith("rejec"))
    assert sent_back["reason"] == "rejected: Object missed"

    page.keyboard.press("u")
    expect(page.locator(".tile")).to_have_count(4)
    assert {row["image"] for row in holding(backstage, slug)} == before


def test_own_keys_of_a_page_are_refused_swapped_saved_and_shown_where_they_act(
    team, enter, context_of, sign_in
):
    page: Page = enter(team["rita"])
    page.goto("/settings/keys")
    page.get_by_role("button", name="Grid", exact=True).click()
    page.get_by_role("button", name="Looks right: y. Change").click()
    page.keyboard.press("Shift+L")
    expect(page.get_by_role("alert").first).to_contain_text("already “Light or dark” (Drawing)")
    page.get_by_role("button", name="Cancel").click()
    page.keyboard.press("Enter")
    page.keyboard.press("x")
    expect(page.locator(".clash")).to_contain_text("already “Reject, then a reason”.")
    page.get_by_role("button", name="Swap keys").click()
    page.get_by_role("button", name=re.compile("^Undo; then the last page: u")).click()
    page.keyboard.press("j")
    page.get_by_role("button", name="Save keys").click()
    expect(page.locator("[data-said]")).to_contain_text("Saved")

    other = context_of()  # they follow her to another computer
    sign_in(other, team["rita"])
    grid = other.new_page()
    grid.goto(f"/jobs/{team['slug']}/review/grid")
    grid.locator("[data-filters] [name=source]").select_option("any")
    expect(grid.locator("[data-grid]")).to_have_attribute("aria-busy", "false")
    grid.locator("[data-grid]").focus()
    grid.keyboard.press("x")
    expect(grid.locator(".tile.is-right")).to_have_count(1)
    expect(grid.locator("[data-action=fine] kbd")).to_have_text("X")
    expect(grid.locator("[data-hints] .hint", has_text="looks right")).to_contain_text("X")
    grid.keyboard.press("j")
    expect(grid.locator(".tile.is-right")).to_have_count(0)
    grid.keyboard.press("?")
    expect(grid.locator("[data-help] dl div", has_text="Looks right")).to_contain_text("X")


def test_a_note_travels_from_the_image_to_the_reviewer_and_back(team, enter):
    slug = team["slug"]
    canvas = Canvas(enter(team["anna"]))
    anna = canvas.page
    anna.goto(f"/jobs/{slug}/work")
    expect(anna.locator("dialog[open]")).to_contain_text("Draw boats.")
    anna.keyboard.press("Enter")
    canvas.ready()
    anna.mouse.move(*canvas.at(100, 80))
    anna.keyboard.press("p")
    anna.keyboard.type("Boat or buoy?")
    anna.keyboard.press("Control+Enter")
    expect(anna.locator(".pin")).to_have_text("1")

    rita = enter(team["rita"])
    rita.goto("/")
    rita.get_by_role("link", name="1 note needs an answer").click()
    expect(rita.locator(".note-row")).to_be_visible()
    rita.keyboard.press("e")
    expect(rita.locator("textarea")).to_be_focused()
    rita.keyboard.type("A buoy: leave it out.")
    rita.keyboard.press("Control+Enter")
    expect(rita.locator(".note-row")).to_contain_text("A buoy: leave it out.")

    anna.goto(f"/jobs/{slug}/work")
    canvas.ready()
    expect(anna.locator("dialog[open]")).to_have_count(0)  # read once is enough
    expect(anna.locator("[data-notes]")).to_contain_text("A buoy: leave it out.")
    expect(anna.locator("[data-notes]")).to_contain_text("new")


def test_an_answer_opens_again_from_the_history_and_by_key(team, enter, arrived):
    slug = team["slug"]
    canvas = Canvas(enter(team["ben"]))
    page = canvas.page
    page.goto(f"/jobs/{slug}/work")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Enter")  # the instructions
    expect(page.locator("dialog[open]")).to_have_count(0)
    canvas.ready()
    canvas.drag((30, 40), (90, 100))
    canvas.expect_boxes(1)
    canvas.keys("Enter")
    canvas.expect_sent()
    canvas.expect_boxes(0)
    canvas.keys(",")
    canvas.expect_boxes(1)
    canvas.ready()  # an image just opened takes no Enter
    canvas.drag((150, 40), (200, 100))
    canvas.expect_boxes(2)
    canvas.keys("Enter")
    canvas.expect_sent()

    def mine() -> dict:
        return next(row for row in reversed(arrived(slug, 9)) if row["by"] == team["ben"])

    until(lambda: mine()["version"] == 2)
    assert len(mine()["boxes"]) == 2
    page.goto(f"/jobs/{slug}/history")
    cards = page.locator("[data-answers] li")
    expect(cards).to_have_count(5)
    expect(cards.nth(4)).to_contain_text("Finished")
    shot, picture, boxes = (
        cards.first.locator(part).bounding_box() for part in (".history-shot", "img", ".figure svg")
    )
    assert shot == picture == boxes
    cards.get_by_role("link", name=re.compile("^Change")).first.click()
    canvas.expect_boxes(2)
    canvas.ready()
    canvas.keys("Tab", "Delete", "Enter")
    until(lambda: mine()["version"] == 3)
    assert len(mine()["boxes"]) == 1


def test_a_finished_answer_is_suggested_anew_and_a_reviewer_takes_or_declines_it(
    team, backstage, enter
):
    slug = team["slug"]
    anna: Page = enter(team["anna"])
    history = f"/jobs/{slug}/history"

    def suggest(place: int) -> None:
        anna.goto(history)
        links = anna.get_by_role("link", name=re.compile("^Suggest a correction of"))
        links.nth(place).focus()
        anna.keyboard.press("Enter")
        expect(anna.locator("[data-suggesting]")).to_contain_text("the boxes that you sent")
        Canvas(anna).expect_boxes(1)
        anna.locator("[data-words]").fill("The left edge was off.")
        anna.locator("[data-surface]").focus()
        anna.keyboard.press("Tab")
        anna.keyboard.press("Shift+ArrowRight")
        anna.keyboard.press("Enter")
        expect(anna.locator("[data-answers]")).to_contain_text("Your correction is waiting")

    before = {row["image"]: row["boxes"] for row in holding(backstage, slug)}
    suggest(0)
    suggest(1)
    assert {row["image"]: row["boxes"] for row in holding(backstage, slug)} == before

    rita: Page = enter(team["rita"])
    rita.goto(f"/jobs/{slug}/notes")
    rows = rita.locator(".note-row:has(.suggestion)")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("suggests a correction")
    expect(rows.first.locator(".suggestion-side")).to_have_count(2)
    rows.first.focus()
    rita.keyboard.press("t")
    expect(rows.first).to_contain_text("these boxes became the label")
    taken = [row for row in holding(backstage, slug) if row["boxes"] != before[row["image"]]]
    assert [row["by"] for row in taken] == [team["rita"]]
    rita.keyboard.press("Control+z")
    expect(rows.first).not_to_contain_text("became the label")
    assert {row["image"]: row["boxes"] for row in holding(backstage, slug)} == before
    rita.keyboard.press("t")
    expect(rows.first).to_contain_text("these boxes became the label")

    rows.nth(1).focus()
    rita.keyboard.press("Shift+T")
    rita.get_by_label(re.compile("^Reason, for")).fill("The shadow is no boat.")
    rita.keyboard.press("Control+Enter")
    expect(rows.nth(1)).to_contain_text("the label stayed")

    anna.goto(history)
    expect(anna.locator("[data-answers]")).to_contain_text("Your correction was accepted")
    expect(anna.locator("[data-answers]")).to_contain_text("declined: The shadow is no boat.")


def test_a_suggestion_stands_beside_the_label_where_it_is_corrected(team, backstage, enter):
    slug = team["slug"]
    ben: Page = enter(team["ben"])
    ben.goto(f"/jobs/{slug}/history")
    ben.get_by_role("link", name=re.compile("^Suggest a correction of")).first.click()
    Canvas(ben).expect_boxes(1)
    ben.locator("[data-surface]").focus()
    ben.keyboard.press("Tab")
    ben.keyboard.press("Shift+ArrowDown")
    ben.keyboard.press("Enter")
    expect(ben.locator("[data-answers]")).to_contain_text("Your correction is waiting")

    rita: Page = enter(team["rita"])
    rita.goto(f"/jobs/{slug}/notes")
    image = rita.locator(".note-row:has([data-decide]) .suggestion-shot img").first
    number = re.search(r"images/(\d+)/", str(image.get_attribute("src"))).group(1)  # type: ignore[union-attr]
    for part in ("adjudicate", "correct"):
        rita.goto(f"/jobs/{slug}/images/{number}/{part}")
        expect(rita.locator("[data-suggested]")).to_contain_text("suggests a correction")
    expect(rita.locator("[data-surface] canvas").first).to_be_attached()
    rita.locator("[data-surface]").focus()
    rita.keyboard.press("t")
    expect(rita.locator("[data-suggested]")).to_contain_text("these boxes became the label")
    expect(rita.locator("[data-undo-bar]")).to_contain_text("are the label now")
