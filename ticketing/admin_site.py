"""The admin site: the desk's own sign-in in front of it, its models in the order of setting up."""

from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import redirect
from django.urls import reverse

# Heading, its short name, and the models below it, in order.
SECTIONS = [
    (
        "Tickets",
        "tickets",
        ["Ticket", "OutgoingReply", "Attachment", "Category", "Tag", "Rating", "DeskSettings"],
    ),
    (
        "Around tickets",
        "around",
        [
            "Comment",
            "TicketParticipant",
            "TicketRelation",
            "TicketMerge",
            "ChecklistItem",
            "TimeEntry",
            "TicketReminder",
            "TicketSnooze",
            "CustomerMerge",
            "CustomerNote",
            "OrganizationNote",
        ],
    ),
    (
        "At work",
        "work",
        [
            "CannedResponse",
            "Macro",
            "BulkAction",
            "BulkRow",
            "ListExport",
            "SavedView",
            "ListPreference",
        ],
    ),
    (
        "Targets",
        "targets",
        ["BusinessCalendar", "Policy", "EscalationLevel", "Clock", "Retargeting"],
    ),
    ("People", "people", ["User", "Technician", "Team", "AssignmentRule", "Organization"]),
    ("Mail", "mail", ["InboundMail", "Mailbox", "Delivery", "Preference"]),
    ("Records", "records", ["AuditSeal", "AccountEvent", "TicketEvent", "Device", "EmailLink"]),
    (
        "How the desk runs",
        "running",
        [
            "Worker",
            "PeriodicRun",
            "Presence",
            "Absence",
            "HandedTicket",
            "AssignmentRequest",
            "Counter",
            "RateLimit",
            "IdempotentAnswer",
        ],
    ),
]


class DeskAdminSite(admin.AdminSite):
    """Django's admin for admins of the desk; everybody else finds nothing here (404)."""

    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = "Administration"
    index_template = "admin/desk_index.html"
    empty_value_display = "none"
    final_catch_all_view = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # It deletes rows behind the back of the services.
        self.disable_action("delete_selected")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Send strangers to the sign-in page and answer 404 to a role without business here."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign in where everybody signs in, with the same limits; then come back."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "") or reverse("admin:index")
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise Http404
            return redirect("admin:index")
        return redirect_to_login(wanted)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Sign out where everybody signs out; by POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return HttpResponseRedirect(reverse("accounts:sign-out"), preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Change it where everybody does."""
        return redirect("accounts:password-change")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Go where everybody goes after that."""
        return redirect("accounts:profile")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the models under the headings of `SECTIONS` instead of one list per app."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        models = {
            model["object_name"]: model
            for app in super().get_app_list(request)
            for model in app["models"]
        }
        sections = []
        for name, label, members in SECTIONS:
            found = [models.pop(member) for member in members if member in models]
            sections.append(_section(name, label, found))
        if models:
            sections.append(_section("More", "more", list(models.values())))
        return [section for section in sections if section["models"]]


def _section(name: str, label: str, models: list[Any]) -> dict[str, Any]:
    url = f"{reverse('admin:index')}#{label}"
    return {
        "name": name,
        "app_label": label,
        "app_url": url,
        "models": models,
        "has_module_perms": True,
    }
