"""Replies on their way, in the admin site: to see what somebody who is away could not send."""

from django.contrib import admin
from django.urls import reverse

from accounts.admin_base import ReadOnlyAdmin
from tickets.models import OutgoingReply


@admin.register(OutgoingReply)
class OutgoingReplyAdmin(ReadOnlyAdmin):
    """Each reply that no customer has seen yet: whose it is, and why it was not sent."""

    list_display = ["ticket", "author", "state", "reason", "changed_at"]
    list_select_related = ["ticket", "author"]
    ordering = ["-id"]
    fields = [
        "ticket",
        "author",
        "state",
        "reason",
        "body",
        "then_status",
        "resolution_summary",
        "due_at",
        "created_at",
        "changed_at",
    ]

    def object_links(self, obj: OutgoingReply) -> list[tuple[str, str]]:
        links = [(obj.ticket.get_desk_url(), "Open the ticket")]
        if obj.mail is not None:
            links.append(
                (reverse("mailboxes:original", args=[obj.mail]), "Show the mail it came as")
            )
        return links
