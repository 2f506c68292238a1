"""Makes passwords at a thousandth of the work, in drivers whose people never sign in.

Not beside a server: it would make such a password anew at the first sign-in, and end the sessions.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


def make_cheaply() -> None:
    """From now on in this process."""
    Argon2PasswordHasher.time_cost = Argon2PasswordHasher.parallelism = 1
    Argon2PasswordHasher.memory_cost = 8
