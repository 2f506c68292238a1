"""The grid for one label alone: rejected at once, corrected, or not to be sent back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import until


@pytest.fixture(scope="module")
def team(backstage) -> dict[str, str]:
    """An annotator, a reviewer, and 24 labelled images: four of the pilot judge the detector."""
    names = {who: f"{who}_grid" for who in ("anna", "rita")}
    for name in names.values():
        backstage("person", name=name)
    slug = backstage(
        "job",
        name="Grid job",
        images=40,
        annotators_per_image=1,
        pilot_size=4,
        validation_size=0,
        training_size=20,
        prefetch_percent=0,
        members=[f"{names['anna']}/annotator", f"{names['rita']}/reviewer"],
    )
    assert backstage("labels_ready", slug=slug, shifts={names["anna"]: 0}) == 4
    assert backstage("labels_ready", slug=slug, shifts={names["anna"]: 0}) == 20
    return {**names, "slug": slug}


@pytest.fixture
def grid(team, enter) -> Page:
    page: Page = enter(team["rita"])
    page.goto(f"/jobs/{team['slug']}/review/grid?source=human&count=30")
    expect(page.locator(".tile")).not_to_have_count(0)
    return page


def test_one_label_is_rejected_at_once_and_the_others_stay_undecided(team, backstage, grid):
    def held() -> int:
        return sum(row["holds"] for row in backstage("labels", slug=team["slug"]))

    tiles, before = grid.locator(".tile"), held()
    count = tiles.count()
    free = grid.locator(".tile:not(:has(.tile-stays))").first
    free.click()
    grid.keyboard.press("r")
    expect(grid.get_by_text("Reject at once. What is wrong?")).to_be_visible()
    grid.keyboard.press("3")
    expect(grid.locator(".tile.is-sent")).to_contain_text("Sent back: Wrong class")
    until(lambda: held() == before - 1)
    expect(tiles).to_have_count(count)
    expect(grid.locator(".tile.is-right")).to_have_count(0)

    expect(grid.locator("[data-undo-bar]")).to_contain_text("goes back to people: Wrong class")
    grid.keyboard.press("Control+z")
    expect(grid.locator(".tile.is-sent")).to_have_count(0)
    until(lambda: held() == before)


def test_what_is_marked_is_sent_and_the_rest_stays_undecided(team, backstage, grid):
    count = grid.locator(".tile").count()
    grid.keyboard.press("y")
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-undo-bar]")).to_contain_text("1 stored.")
    expect(grid.locator(".tile")).to_have_count(count - 1)
    expect(grid.locator(".tile.is-right, .tile.is-rejected")).to_have_count(0)
    grid.locator("[data-undo-bar] button").click()
    expect(grid.locator(".tile")).to_have_count(count)


def test_a_label_that_cannot_be_sent_back_says_so_before_and_is_corrected_from_there(
    team, backstage, grid
):
    grid.locator("[data-fewer]").click()
    expect(grid.locator("output[data-size]")).to_have_text("24 a page")
    expect(grid.locator("[data-grid]")).to_have_attribute("aria-busy", "false")
    stays = grid.locator(".tile:has(.tile-stays)")
    expect(stays).to_have_count(4)
    expect(grid.locator(".tile")).to_have_count(24)
    others = grid.locator(".tile:not(:has(.tile-stays))")
    others.first.click()
    grid.keyboard.press("y")
    stays.nth(1).click()
    grid.keyboard.press("x")
    expect(grid.locator("[data-hints]")).to_contain_text("judges the detector")
    expect(grid.locator("[data-reasons]")).to_be_hidden()

    name = str(stays.nth(1).get_attribute("aria-label")).split(",")[0]
    grid.keyboard.press("q")
    grid.keyboard.press("e")
    expect(grid.locator("[data-position]")).to_have_text(name)
    grid.keyboard.press("Tab")
    grid.keyboard.press("Shift+ArrowRight")
    grid.keyboard.press("Enter")

    expect(grid.locator("[data-undo-bar]")).to_contain_text("Corrected.")
    expect(grid.locator("output[data-size]")).to_have_text("24 a page")  # as it was left
    expect(grid.locator(".tile.is-right")).to_have_count(1)
    expect(stays).to_have_count(3)
    assert [r["by"] for r in backstage("labels", slug=team["slug"]) if r["source"] == "reviewer"]
    grid.keyboard.press("u")
    expect(stays).to_have_count(4)
    expect(grid.locator(".tile.is-right")).to_have_count(1)
