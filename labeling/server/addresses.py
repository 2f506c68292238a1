"""Whose request it is by address: the sender's own, or what a trusted proxy says of it."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from labeling.server.protocol import App, Receive, Scope, Send

Network = IPv4Network | IPv6Network


class ClientAddress:
    """Puts the sender's address where all the rest reads it, into `scope["client"]`.

    `X-Forwarded-For` is read from the right, for only what a trusted proxy wrote itself is true:
    what stands further left came from whoever spoke to it.
    """

    def __init__(self, app: App, trusted: Sequence[Network]) -> None:
        self.app, self.trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the client, and drop the header, so that nobody else can believe it."""
        if scope["type"] in ("http", "websocket"):
            peer, port = scope.get("client") or ("", 0)
            said = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            rest = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-for"]
            client = client_address(peer, b",".join(said).decode("latin-1"), self.trusted)
            scope = {**scope, "client": (client, port), "headers": rest}
        await self.app(scope, receive, send)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy's."""
    nearest = peer
    for hop in (peer, *(h for h in reversed(forwarded_for.split(",")) if h.strip())):
        address = _plain(hop)
        if address is None:
            return nearest
        nearest = address
        if not is_in(address, trusted):
            return nearest
    return nearest


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address lies in one of the networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)


def household(address: str) -> str:
    """What shares one allowance: an IPv4 address, or the network of an IPv6 one (RFC 4291)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network(f"{found}/64", strict=False).network_address)
    return address


def _plain(text: str) -> str | None:
    """The address without port, brackets or the IPv6 cloak of an IPv4 one; None if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
