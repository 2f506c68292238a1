"""The report as its reader meets it: a sentence, a number, what was checked, the worst images."""

from playwright.sync_api import expect


def test_the_report_says_first_what_was_shown_and_folds_the_rest(enter, backstage, audited):
    ana, slug = audited
    assert backstage("judge", slug=slug, name=ana, most=12) == 12

    page = enter(ana)
    page.goto(f"/jobs/{slug}/report")
    verdict = page.locator('[data-part="verdict"]')
    expect(verdict.locator("h2")).to_contain_text("accepted above a threshold")
    expect(verdict.locator(".verdict-number strong")).to_have_count(1)
    found = verdict.locator(".findings li")
    expect(found).to_have_text(
        [
            "4 were left as they were",
            "4 had only edges moved",
            "4 had an object without a box",
        ]
    )
    worst = page.locator(".worst-row li")
    expect(worst).to_have_count(8)  # those that were changed
    expect(worst.first).to_contain_text("object missed")

    chart = page.locator('[data-part="cost-chart"] svg').first
    expect(chart).to_be_hidden()
    page.get_by_text("Method and figures").click()
    expect(chart).to_be_visible()
