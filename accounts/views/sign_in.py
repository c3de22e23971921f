"""Signing in and out, registering, forgotten passwords: pages for whoever is not known yet."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts import forms
from accounts.choices import Role
from accounts.http import client_address
from accounts.models import User
from accounts.services import (
    InvalidCredentials,
    check_credentials,
    request_password_reset,
    sign_up,
)
from accounts.sessions import (
    REGISTERED,
    sign_in_browser,
    sign_out_browser,
)
from accounts.views.form_pages import AccountFormView, PublicFormView

REFUSED = (
    "These don't fit together. Check the user id or e-mail address and the password. "
    "If you are new here, confirm your address first: the link is in our mail."
)
START_PAGES = {
    Role.CUSTOMER: "tickets:home",
    Role.TECHNICIAN: "technicians:dashboard",
    Role.ADMIN: "reports:overview",
}


def start_page(user: User) -> str:
    """Return where somebody begins: customers at home, technicians and admins at their desk."""
    return reverse(START_PAGES[Role(user.role)])


def next_page(request: HttpRequest, user: User) -> str:
    """Return the page in `next` if it is on this host, otherwise the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, here, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else start_page(user)


class SignInView(AccountFormView):
    """Lets people in by user id or e-mail address."""

    template_name = "accounts/sign_in.html"
    form_class = forms.SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(next_page(request, request.user))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = self.request.POST.get("next") or self.request.GET.get("next") or ""
        return super().get_context_data(next=wanted, **kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            user = check_credentials(
                data["username"],
                data["password"],
                address=client_address(self.request),
                verified_only=True,
            )
        except InvalidCredentials:
            raise ValidationError(REFUSED) from None
        sign_in_browser(self.request, user, remember=data["remember"])
        return redirect(next_page(self.request, user))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    sign_out_browser(request)
    messages.success(request, "You are signed out.")
    return redirect("accounts:sign-in")


class RegisterView(PublicFormView):
    """Makes a customer's account; the answer does not tell whether the address was known."""

    template_name = "accounts/register.html"
    form_class = forms.RegisterForm
    success_url = reverse_lazy("accounts:register-sent")

    def act(self, data: dict[str, Any]) -> HttpResponse:
        address = client_address(self.request)
        user = sign_up(
            name=data["name"], email=data["email"], password=data["password"], address=address
        )
        # Who confirms from this browser proves to be the one who chose the password.
        self.request.session[REGISTERED] = user.pk if user else 0
        return redirect(self.get_success_url())


class RegisterSentView(TemplateView):
    """Says to look into the mail."""

    template_name = "accounts/register_sent.html"


class PasswordResetView(PublicFormView):
    """Sends a link to choose a new password."""

    template_name = "accounts/password_reset.html"
    form_class = forms.PasswordResetForm
    success_url = reverse_lazy("accounts:password-reset-sent")

    def act(self, data: dict[str, Any]) -> HttpResponse:
        request_password_reset(data["email"], address=client_address(self.request))
        return redirect(self.get_success_url())


class PasswordResetSentView(TemplateView):
    """Says the same for known and unknown addresses."""

    template_name = "accounts/password_reset_sent.html"
