"""Makes passwords at a thousandth of the work, for processes that keep the product's own hasher.

The parameters stand in the hash: a real server beside the test checks it like any other.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


def make_cheaply() -> None:
    """From now on in this process."""
    Argon2PasswordHasher.time_cost = Argon2PasswordHasher.parallelism = 1
    Argon2PasswordHasher.memory_cost = 8
