"""Reads settings from the environment: every variable has a kind, and a wrong value is named."""

import fcntl
import os
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable as it stands."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """yes/no, true/false, on/off or 1/0."""
    value = text(name, "1" if default else "0").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name}={value!r}: say 1 or 0.")
    return value in TRUE


def number(name: str, default: int) -> int:
    """A whole number, zero or more."""
    value = text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name}={value!r}: it must be a whole number.")
    return int(value)


def networks(name: str, value: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks with commas between them, e.g. 10.0.0.7, 192.168.0.0/16."""
    try:
        return [ip_network(part.strip()) for part in value.split(",") if part.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}={value!r}: {error}. Write addresses or networks with commas between them, "
            "e.g. 10.0.0.7,192.168.0.0/16."
        ) from error


def hosts(name: str, value: str) -> set[str]:
    """Names of hosts with commas between them, each perhaps with a port."""
    found = {part.strip().lower() for part in value.split(",") if part.strip()}
    for host in sorted(found):
        if not re.fullmatch(r"[a-z0-9.-]+(:\d+)?|\[[0-9a-f:]+\](:\d+)?", host):
            raise ImproperlyConfigured(
                f"{name}: {host!r} is no host. Write names without https:// and path, e.g. "
                "hooks.example.org,10.0.0.7:8080."
            )
    return found


def secret(name: str) -> str:
    """The variable, or the content of the file that NAME_FILE names."""
    path = text(f"{name}_FILE")
    if not path:
        return text(name)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error}") from error


def hex_key(name: str, value: str) -> str:
    """32 bytes in hex."""
    if len(value) != 64 or not set(value.lower()) <= set("0123456789abcdef"):
        raise ImproperlyConfigured(f"{name} must be 64 hexadecimal digits (openssl rand -hex 32).")
    return value


def choice(name: str, default: str, allowed: set[str]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r}: choose from {', '.join(sorted(allowed))}.")
    return value


def kept_key(folder: Path, name: str, make: Callable[[], str]) -> str:
    """A key that is made at the first start and kept beside the data, readable by its owner only.

    Locked, for web server and workers may start for the first time at once.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            key = file.read().strip()
            if not key:
                key = make()
                file.write(key)
            return key
    except OSError as error:
        raise ImproperlyConfigured(
            f"LABELING_DATA={str(folder)!r} cannot be written: {error}"
        ) from error


def wait_at_most(database: dict[str, Any], seconds: int) -> None:
    """Set how long this process waits for a lock of the database."""
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"].endswith("sqlite3"):
        options["timeout"] = seconds
    else:
        options["options"] = f"{options.get('options', '')} -c lock_timeout={seconds * 1000}"
