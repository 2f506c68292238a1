"""The whole site map."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path, register_converter, reverse_lazy

from labeling.jobs import accounts
from labeling.login_form import LoginForm


class Row:
    """A row's number; longer ones are no addresses, for no database holds them."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_converter(Row, "row")  # before the addresses that use it are read

OWN_ACCOUNT = "registration/password.html"

handler500 = "annotator_ui.failures.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path(
        "accounts/login/",
        auth.LoginView.as_view(redirect_authenticated_user=True, authentication_form=LoginForm),
        name="login",
    ),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path(
        "accounts/password/",
        auth.PasswordChangeView.as_view(
            template_name=OWN_ACCOUNT, success_url=reverse_lazy("password-changed")
        ),
        name="password",
    ),
    path(
        "accounts/password/changed/",
        auth.PasswordChangeDoneView.as_view(
            template_name=OWN_ACCOUNT, extra_context={"changed": True}
        ),
        name="password-changed",
    ),
    path(
        "accounts/welcome/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(
            template_name="registration/welcome.html",
            success_url="/",
            post_reset_login=True,
            token_generator=accounts.one_time_token,
            post_reset_login_backend="django.contrib.auth.backends.ModelBackend",
        ),
        name="welcome",
    ),
    path("", include("annotator_ui.urls")),
]
