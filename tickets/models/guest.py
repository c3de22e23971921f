"""Ending the links that open one ticket without a sign-in."""

from django.conf import settings
from django.db import models

from tickets.models.ticket import Ticket


class GuestEpoch(models.Model):
    """How often a person's guest links to a ticket were ended; no row: never.

    A link and the session that it opened carry the number that was current, and work as long as
    it still is.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="guest_epochs")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guest_epochs"
    )
    epoch = models.PositiveIntegerField(default=0)
    # When they were last ended: answers to mails that were written before count no more.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="guest_epoch_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.epoch} of {self.user_id} on {self.ticket_id}"
