"""Who follows a ticket beside its customer and its technician."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import NAME_LENGTH
from tickets.choices import ParticipantRole
from tickets.models.ticket import Ticket
from tickets.querysets import ParticipantQuerySet


class TicketParticipant(models.Model):
    """Somebody who follows a ticket; reached through it.

    The requester is `Ticket.customer`, the one who works on it `Ticket.technician`; neither has a
    row for being that. `cc`: a customer, who takes part in the public conversation. `watcher`: a
    colleague at the desk, who reads everything and writes notes.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="participations"
    )
    role = models.CharField(max_length=10, choices=ParticipantRole.choices)
    # As whoever added them calls them: what other customers read until the person has written.
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now)
    # Wants no mails about this ticket, and still sees it.
    muted = models.BooleanField(default=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="participant_unique"),
            models.CheckConstraint(
                condition=Q(role__in=ParticipantRole.values), name="participant_role_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "role", "ticket"], name="participant_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.ticket_id}"

    @property
    def is_watcher(self) -> bool:
        return self.role == ParticipantRole.WATCHER

    @property
    def shown_name(self) -> str:
        """What customers read: the name given by whoever added the person."""
        return self.name or "Somebody else"
