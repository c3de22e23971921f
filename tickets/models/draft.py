"""What somebody at the desk has begun to write."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from tickets.choices import DraftKind
from tickets.models.ticket import TEXT_LENGTH, Ticket


class TicketDraft(models.Model):
    """An unsent text: one for each ticket, author and kind, so that none becomes another's.

    Only its author ever reads it. A discarded one (`discarded_at`) can be had back for a while.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    kind = models.CharField(max_length=10, choices=DraftKind.choices)
    body = models.TextField(max_length=TEXT_LENGTH)
    saved_at = models.DateTimeField(default=timezone.now)
    discarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "author", "kind"], name="draft_unique"),
        ]
        indexes = [models.Index(fields=["saved_at"], name="draft_saved")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.ticket_id}"
