"""A token is made, used and revoked by keys alone."""

import re

import requests
from playwright.sync_api import expect

NARROW = {"width": 390, "height": 844}


def test_a_token_is_made_used_and_revoked_by_keys_on_a_phone(enter, someone, served):
    marta = someone()
    page = enter(marta)
    page.set_viewport_size(NARROW)
    page.goto("/")
    page.get_by_role("button", name=re.compile("menu$")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Access tokens").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No tokens yet.")).to_be_visible()

    page.get_by_label("Name").focus()
    page.keyboard.type("Nightly export")
    for key in ("Tab", "ArrowDown", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    made = page.get_by_role("textbox", name="New token")
    expect(made).to_be_focused()
    secret = made.input_value()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

    asked = {"url": f"{served.url}/api/v1/me", "headers": {"Authorization": f"Bearer {secret}"}}
    reply = requests.get(**asked, timeout=30)
    assert (reply.json()["username"], reply.json()["scope"]) == (marta, "manage")

    page.get_by_role("button", name="Revoke Nightly export").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^Revoked"))).to_be_visible()
    assert secret not in page.content()
    assert requests.get(**asked, timeout=30).status_code == 401
