"""Who may open which pages at all; what they see there is `visible_to`'s business.

Endpoints of the REST interface say it in their operations (`accounts.api.base.Operation`).
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render, resolve_url

from accounts.choices import STAFF_ROLES, Role
from accounts.text import typed_texts


class RoleRequiredMixin(LoginRequiredMixin):
    """Sends strangers to the sign-in page and answers 404 to a role that has no business here.

    Whoever was signed out while writing gets the text back instead, with 401.
    """

    request: HttpRequest
    roles: tuple[Role, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and user.role not in self.roles:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def handle_no_permission(self) -> HttpResponseBase:  # type: ignore[override]
        posted = typed_texts(self.request.POST) if self.request.method == "POST" else []
        if not posted:
            return super().handle_no_permission()
        context = {"posted": posted, "sign_in_url": resolve_url(settings.LOGIN_URL)}
        return render(self.request, "errors/401.html", context, status=401)


class CustomerRequiredMixin(RoleRequiredMixin):
    """Customers."""

    roles = (Role.CUSTOMER,)


class StaffRequiredMixin(RoleRequiredMixin):
    """Technicians and admins."""

    roles = STAFF_ROLES


class TechnicianRequiredMixin(RoleRequiredMixin):
    """Technicians, not admins."""

    roles = (Role.TECHNICIAN,)


class AdminRequiredMixin(RoleRequiredMixin):
    """Admins."""

    roles = (Role.ADMIN,)
