"""The page of own access tokens: make one, see its secret once, revoke it."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from annotator_ui.api import access, shapes
from annotator_ui.page import Page, PageData
from labeling.jobs import tokens
from labeling.kernel.errors import LabelingError
from labeling.models import ApiToken

LASTS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "One year"))


class TokenForm(forms.Form):
    """What a new token is for, what it may do, and how long it works."""

    name = forms.CharField(
        max_length=80, help_text="What will use it, for example “nightly export”."
    )
    scope = forms.ChoiceField(
        choices=ApiToken.Scope.choices,
        help_text="Within your own roles in each job, never more.",
    )
    days = forms.TypedChoiceField(choices=LASTS, coerce=int, initial=90, label="Works for")


class TokensPage(PageData):
    """What the page of own tokens knows; the tokens are in its template alone."""


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def own_tokens(request: HttpRequest) -> Page[TokensPage]:
    """The person's tokens; by POST a new one, whose secret this answer alone shows."""
    user, made, secret = access.person(request), None, ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = tokens.make(user, **form.cleaned_data)
        except LabelingError as error:
            form.add_error(error.where, error.message)
        else:
            form = TokenForm()
    data: TokensPage = {"user": shapes.user(user, user.is_staff)}
    rows = ApiToken.objects.filter(owner=user)
    usable = set(rows.usable().values_list("pk", flat=True))
    shown = [(row, row.pk in usable) for row in rows[:200]]
    more = {"form": form, "tokens": shown, "made": made, "secret": secret}
    return Page(request, "tokens.html", "Access tokens", data, **more)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the person's tokens."""
    rows = ApiToken.objects.filter(owner=access.person(request), pk=pk)
    if not rows.exists():
        raise Http404
    tokens.revoke(rows)
    return HttpResponseRedirect(reverse("tokens"))
