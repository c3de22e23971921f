"""Pages behind links from mails."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts import forms
from accounts.choices import LinkPurpose
from accounts.http import client_address
from accounts.links import change_link_of, find_link, token_for
from accounts.models import EmailLink
from accounts.services import (
    LinkUsed,
    Taken,
    confirm_email_change,
    set_password_by_link,
    verify_email,
)
from accounts.sessions import REGISTERED
from accounts.views.form_pages import AccountFormView

SIDES = {LinkPurpose.CHANGE_EMAIL: "new", LinkPurpose.LEAVE_EMAIL: "present"}


class LinkView(AccountFormView):
    """A page behind a link from a mail. Opening it changes nothing, its button does."""

    purposes: tuple[LinkPurpose, ...]
    link: EmailLink

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        link = find_link(kwargs["token"], *self.purposes)
        if link is None:
            return self.gone()
        self.link = link
        response = super().dispatch(request, *args, **kwargs)
        # The token must not travel on in a Referer header.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(link=self.link, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except LinkUsed:
            return self.gone()

    def gone(self) -> HttpResponse:
        """Answer 410 for a link that was used, replaced, made up or is too old."""
        choosing = LinkPurpose.RESET_PASSWORD in self.purposes
        return render(self.request, "accounts/link_gone.html", {"choosing": choosing}, status=410)


class ConfirmLinkView(LinkView):
    """A link whose page is one button."""

    form_class = forms.ConfirmForm
    button: str

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "button": self.button}


class VerifyEmailView(ConfirmLinkView):
    """Confirms the address of a new account."""

    template_name = "accounts/email_verify.html"
    purposes = (LinkPurpose.VERIFY_EMAIL,)
    button = "Confirm my e-mail"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        same_browser = self.request.session.pop(REGISTERED, None) == self.link.user_id
        choose = verify_email(
            self.link, address=client_address(self.request), same_browser=same_browser
        )
        if choose:
            messages.info(
                self.request,
                "Your e-mail is confirmed. You opened the link outside of the browser that you "
                "registered in, so choose your password once more: then nobody else knows it.",
            )
            return redirect("accounts:password-set", token=token_for(choose))
        messages.success(self.request, "Your e-mail is confirmed. Sign in to begin.")
        return redirect("accounts:sign-in")


class ConfirmEmailChangeView(ConfirmLinkView):
    """Says for one of the two addresses that the account may move; both have to."""

    template_name = "accounts/email_confirm.html"
    purposes = (LinkPurpose.CHANGE_EMAIL, LinkPurpose.LEAVE_EMAIL)

    @property
    def button(self) -> str:  # type: ignore[override]
        leaves = self.link.purpose == LinkPurpose.LEAVE_EMAIL
        return "Let this address go" if leaves else "Use this address"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(change=change_link_of(self.link), **kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            missing = confirm_email_change(self.link, address=client_address(self.request))
        except Taken:
            return self.gone()
        if missing:
            messages.info(
                self.request,
                f"Thank you. Now the link in the mail to the {SIDES[missing]} address has to be "
                "used as well; until then nothing changes.",
            )
        else:
            messages.success(self.request, "Your new e-mail address is in use.")
        signed_in = self.request.user.is_authenticated
        return redirect("accounts:profile" if signed_in else "accounts:sign-in")


class SetPasswordView(LinkView):
    """Chooses a password: after a reset, or the first one."""

    template_name = "accounts/password_set.html"
    form_class = forms.SetPasswordForm
    purposes = (LinkPurpose.RESET_PASSWORD, LinkPurpose.INVITATION)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        set_password_by_link(self.link, data["password"], address=client_address(self.request))
        messages.success(self.request, "Your password is set. Sign in with it.")
        return redirect("accounts:sign-in")
