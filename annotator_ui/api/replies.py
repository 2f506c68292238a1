"""Answers of the API, each typed by its shape: what mypy checks is what the document says."""

from typing import Generic, TypedDict, TypeVar

from rest_framework.response import Response

T = TypeVar("T")


class Reply(Generic[T], Response):  # in this order: Response forgets what T is
    """A JSON answer of the shape T.

    A view says which by its return type: mypy holds what it returns against it, and the OpenAPI
    document is made from it (annotator_ui.api.schema).
    """

    def __init__(self, data: T) -> None:
        super().__init__(data)


class Created(Reply[T]):
    """The same for something new."""

    status_code = 201


class Nothing(TypedDict):
    """An answer that says no more than that it was done."""


class Error(TypedDict):
    """A refusal: its code, a sentence that says what to do, and the field it is about."""

    code: str
    message: str
    where: str | None


class Problem(TypedDict):
    """A refusal as RFC 9457's problem details: `detail` says what to do, `where` which field or
    header it is about, `code` is for programs."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    where: str | None
