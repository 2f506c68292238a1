"""Guessing passwords is stopped by account and by address, and nobody is locked out for long."""

import asyncio

import pytest
import time_machine
from django.test import Client

from labeling.environment import networks
from labeling.login_lock import ACCOUNT, ADDRESS, PAIR
from labeling.server.addresses import ClientAddress
from tests import factories

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
MINUTES = 60


@pytest.fixture
def marta():
    return factories.person("marta")


def sign_in(name: str, password: str, address: str = "203.0.113.1", **headers: str):
    """One attempt from there."""
    client = Client(REMOTE_ADDR=address, headers={"Accept": "text/html", **headers})
    return client.post(LOGIN, {"username": name, "password": password})


def guesses(count: int, name: str = "marta", address: str = "203.0.113.1") -> list[int]:
    """What so many wrong guesses are answered with."""
    return [sign_in(name, f"guess {n}", address.format(n)).status_code for n in range(count)]


def test_guesses_from_one_address_are_stopped(marta):
    assert guesses(PAIR + 2)[-2:] == [429, 429]
    assert sign_in("marta", "marta").status_code == 429
    assert sign_in("marta", "marta", "203.0.113.2").status_code == 302  # from elsewhere she may


def test_twenty_guesses_with_a_forged_header_are_stopped(marta):
    seen = []

    async def application(scope, receive, send):
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        seen.append((scope["client"][0], headers))

    for n in range(20):
        scope = {
            "type": "http",
            "client": ("127.0.0.1", 1),
            "headers": [(b"x-forwarded-for", b"198.51.100.%d" % n)],
        }
        asyncio.run(ClientAddress(application, [])(scope, None, None))
    answers = [
        sign_in("marta", f"guess {n}", at, **headers) for n, (at, headers) in enumerate(seen)
    ]
    assert {a.status_code for a in answers[PAIR:]} == {429}
    forged = [
        sign_in("marta", "x", "203.0.113.7", **{"X-Forwarded-For": f"198.51.100.{n}"})
        for n in range(20)
    ]
    assert forged[-1].status_code == 429


def test_guesses_through_a_trusted_proxy_are_counted_by_their_senders(marta):
    at = []

    async def application(scope, receive, send):
        at.append(scope["client"][0])

    proxies = networks("TRUSTED_PROXIES", "127.0.0.1")
    for sender in (b"198.51.100.1", b"198.51.100.2"):
        scope = {
            "type": "http",
            "client": ("127.0.0.1", 1),
            "headers": [(b"x-forwarded-for", sender)],
        }
        asyncio.run(ClientAddress(application, proxies)(scope, None, None))
    assert guesses(PAIR + 1, address=at[0])[-1] == 429
    assert sign_in("marta", "marta", at[1]).status_code == 302


def test_guesses_for_one_account_from_many_addresses_are_stopped(marta):
    assert guesses(ACCOUNT + 3, address="198.51.100.{}")[-3:] == [429] * 3
    assert sign_in("marta", "marta", "198.51.100.200").status_code == 429


def test_who_guesses_cannot_keep_a_person_from_where_they_work(marta):
    assert sign_in("marta", "marta", "203.0.113.5").status_code == 302
    guesses(ACCOUNT + 3, address="198.51.100.{}")
    assert sign_in("marta", "marta", "203.0.113.5").status_code == 302


def test_a_colleague_who_guesses_does_not_lock_the_office_out(marta):
    assert sign_in("marta", "marta", "203.0.113.5").status_code == 302
    for n in range(ADDRESS + 3):
        sign_in(f"nobody-{n}", "x", "203.0.113.5")
    assert sign_in("marta", "marta", "203.0.113.5").status_code == 302
    assert sign_in("nobody", "x", "203.0.113.5").status_code == 429


def test_one_password_for_many_accounts_is_stopped(marta):
    answers = [sign_in(f"person-{n}", "summer", "203.0.113.9").status_code for n in range(25)]
    assert answers[ADDRESS + 1 :] == [429] * (24 - ADDRESS)
    assert sign_in("marta", "marta", "203.0.113.9").status_code == 429


def test_an_ipv6_network_is_one_address(marta):
    assert guesses(PAIR + 2, address="2001:db8::{}")[-1] == 429
    assert sign_in("marta", "marta", "2001:db8::ffff").status_code == 429


def test_the_lock_ends_by_itself_though_somebody_keeps_trying(marta):
    with time_machine.travel(0, tick=False) as clock:
        guesses(PAIR)
        for _ in range(14):
            clock.shift(MINUTES)
            assert sign_in("marta", "wrong").status_code == 429
        clock.shift(2 * MINUTES)
        assert sign_in("marta", "marta").status_code == 302


def test_who_is_locked_out_is_told_how_long_to_wait(marta):
    with time_machine.travel(0, tick=False) as clock:
        guesses(PAIR)
        clock.shift(5 * MINUTES)
        page = sign_in("marta", "marta")
        assert page["Retry-After"] == str(10 * MINUTES)
        said = "Too many failed sign-ins. Try again in 10 minutes."
        assert said in page.content.decode() and 'name="password"' in page.content.decode()
        line = sign_in("marta", "marta", Accept="*/*")
        assert line.content.decode() == said
        clock.shift(9.5 * MINUTES)
        assert "in a minute" in sign_in("marta", "marta").content.decode()
