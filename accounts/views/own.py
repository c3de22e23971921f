"""Pages about oneself, for the signed-in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts import forms
from accounts.http import AuthenticatedHttpRequest, client_address
from accounts.links import change_links
from accounts.models import Device
from accounts.services import (
    change_password,
    change_profile,
    end_device,
    request_email_change,
    sign_out_everywhere,
)
from accounts.sessions import (
    current_device,
    go_on_after_change,
    sign_out_browser,
)
from accounts.views.form_pages import AccountFormView

MOST_SHOWN = 100


class OwnPageMixin(LoginRequiredMixin):
    """A page about oneself, in the frame of one's role."""

    request: Any
    tab: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        staff = not self.request.user.is_customer
        frame = "base_workspace.html" if staff else "base_public.html"
        return super().get_context_data(frame=frame, tab=self.tab, **kwargs)  # type: ignore[misc]


class ProfileView(OwnPageMixin, AccountFormView):
    """Name, phone and time zone; the rest is shown."""

    template_name = "accounts/profile.html"
    form_class = forms.ProfileForm
    tab = "profile"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        user = self.request.user
        return {"name": user.name, "phone": user.phone, "time_zone": user.time_zone}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        user = self.request.user
        change_profile(user, actor=user, address=client_address(self.request), **data)
        messages.success(self.request, "Your profile is saved.")
        return redirect("accounts:profile")


class ChangePasswordView(OwnPageMixin, AccountFormView):
    """Changes the password; every other device is signed out."""

    template_name = "accounts/password_change.html"
    form_class = forms.ChangePasswordForm
    tab = "password"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        device = current_device(self.request)
        user = change_password(
            self.request.user,
            current_password=data["current_password"],
            new_password=data["password"],
            address=client_address(self.request),
            keep=device,
        )
        go_on_after_change(self.request, user, device)
        messages.success(self.request, "Your password is changed; other devices are signed out.")
        return redirect("accounts:profile")


class ChangeEmailView(OwnPageMixin, AccountFormView):
    """Sends a link to the address that shall be the new one."""

    template_name = "accounts/email_change.html"
    form_class = forms.ChangeEmailForm
    tab = "email"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        address = client_address(self.request)
        request_email_change(self.request.user, address=address, **data)
        messages.info(
            self.request,
            "Look into the mail of both addresses, the new and the present one: the links there "
            "finish the change. Until both are used your present address stays.",
        )
        return redirect("accounts:profile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(pending=change_links(self.request.user), **kwargs)


class SessionListView(OwnPageMixin, TemplateView):
    """Where one is signed in."""

    template_name = "accounts/session_list.html"
    tab = "sessions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alive = Device.objects.filter(user=self.request.user, ended_at__isnull=True)[:MOST_SHOWN]
        current = current_device(self.request)
        devices = sorted(alive, key=lambda device: device != current)  # this one first
        return super().get_context_data(devices=devices, current=current, **kwargs)


@require_POST
@login_required
def end_session(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Sign one of one's own devices out."""
    device = get_object_or_404(Device, pk=pk, user=request.user)
    if end_device(device, request.user, address=client_address(request)):
        messages.success(request, f"{device.description} is signed out.")
    return redirect("accounts:session-list")


@require_POST
@login_required
def end_all_sessions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Sign all of one's devices out, this one too."""
    sign_out_everywhere(request.user, request.user, address=client_address(request))
    sign_out_browser(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("accounts:sign-in")
