"""The sign-in form: names longer than any account's are refused before anything looks for them."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.validators import MaxLengthValidator


class LoginForm(AuthenticationForm):
    """Django's, whose longest name is only a hint to browsers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["username"]
        field.validators.append(MaxLengthValidator(field.max_length))
