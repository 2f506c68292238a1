"""The whole site map."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from labeling.services import people

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path(
        "accounts/welcome/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(
            template_name="registration/welcome.html", success_url="/", post_reset_login=True,
            token_generator=people.one_time_token,
            post_reset_login_backend="django.contrib.auth.backends.ModelBackend",
        ),
        name="welcome",
    ),
    path("", include("annotator_ui.urls")),
]  # fmt: skip
