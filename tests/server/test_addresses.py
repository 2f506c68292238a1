"""A client's address is its own; X-Forwarded-For is what trusted proxies say, and nobody else."""

import asyncio

import pytest
from django.core.exceptions import ImproperlyConfigured

from labeling.environment import networks
from labeling.server.addresses import ClientAddress, client_address, household

PROXIES = networks("TRUSTED_PROXIES", "10.0.0.1, 192.168.0.0/16, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),  # anybody may write such a header
        ("127.0.0.1", "1.2.3.4", "127.0.0.1"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "8.8.8.8, 1.2.3.4", "1.2.3.4"),  # what the client itself wrote stands left
        ("10.0.0.1", "8.8.8.8, 1.2.3.4, 192.168.7.7", "1.2.3.4"),
        ("10.0.0.1", "10.0.0.1,192.168.7.7", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        ("10.0.0.1", "[2001:db8::1]:99", "2001:db8::1"),
        ("fd00::5", "2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:1.2.3.4", "1.2.3.4"),
        ("", "1.2.3.4", ""),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy_counts(peer, said, address):
    assert client_address(peer, said, PROXIES) == address


def test_nobody_is_trusted_unless_told():
    assert networks("TRUSTED_PROXIES", "") == []
    assert client_address("127.0.0.1", "1.2.3.4", []) == "127.0.0.1"


def test_the_header_goes_no_further():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope)

    scope = {
        "type": "http",
        "client": ("10.0.0.1", 5),
        "headers": [
            (b"x-forwarded-for", b"9.9.9.9"),
            (b"host", b"a"),
            (b"x-forwarded-for", b"1.2.3.4"),
        ],
    }
    asyncio.run(ClientAddress(application, PROXIES)(scope, None, None))
    assert seen[0]["client"] == ("1.2.3.4", 5)
    assert seen[0]["headers"] == [(b"host", b"a")]


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.1/8", "1.2.3.4;5.6.7.8"])
def test_a_setting_that_is_no_address_is_named(value):
    with pytest.raises(ImproperlyConfigured, match="Write addresses or networks"):
        networks("TRUSTED_PROXIES", value)


def test_a_network_of_version_6_is_one_household():
    assert household("2001:db8::1") == household("2001:db8::ffff")
    assert household("2001:db8::1") != household("2001:db8:0:1::1")
    assert household("10.0.0.1") == "10.0.0.1"
