"""Who is on a ticket's page right now."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from technicians.choices import Writing
from technicians.querysets import PresenceQuerySet
from tickets.models import Ticket


class Presence(models.Model):
    """Somebody of the desk had a ticket's page open at `seen_at`, and perhaps wrote there.

    Rows come and go every few seconds and mean nothing once they are old: no event, no history.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="+"
    )
    writing = models.CharField(max_length=10, choices=Writing.choices, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = "presence"
        verbose_name_plural = "presences"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="presence_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.ticket_id}"

    @property
    def words(self) -> str:
        """What they do, after their name."""
        if self.writing == Writing.NOTE:
            return "is writing a note on this ticket"
        if self.writing:
            return "is writing a reply on this ticket"
        return "is looking at this ticket"
