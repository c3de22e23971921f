"""Addresses of the pages about oneself, below /accounts/."""

from django.urls import path

from accounts.views import mail_links, own, sign_in

app_name = "accounts"
urlpatterns = [
    path("register/", sign_in.RegisterView.as_view(), name="register"),
    path("register/sent/", sign_in.RegisterSentView.as_view(), name="register-sent"),
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("verify/<str:token>/", mail_links.VerifyEmailView.as_view(), name="email-verify"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="password-reset"),
    path(
        "password/reset/sent/", sign_in.PasswordResetSentView.as_view(), name="password-reset-sent"
    ),
    path("password/set/<str:token>/", mail_links.SetPasswordView.as_view(), name="password-set"),
    path("password/", own.ChangePasswordView.as_view(), name="password-change"),
    path("email/", own.ChangeEmailView.as_view(), name="email-change"),
    path(
        "email/confirm/<str:token>/",
        mail_links.ConfirmEmailChangeView.as_view(),
        name="email-confirm",
    ),
    path("profile/", own.ProfileView.as_view(), name="profile"),
    path("sessions/", own.SessionListView.as_view(), name="session-list"),
    path("sessions/end-all/", own.end_all_sessions, name="session-end-all"),
    path("sessions/<uuid:pk>/end/", own.end_session, name="session-end"),
]
