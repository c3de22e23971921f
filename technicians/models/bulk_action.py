"""One change of many tickets: what was asked, how far it is, and how each ticket was before."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from technicians.choices import BulkState, BulkVerb
from tickets.models import Ticket

REASON_LENGTH = 300


class BulkAction(models.Model):
    """Somebody's change of many tickets. Its rows are dealt with in the order of their keys."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_actions"
    )
    verb = models.CharField(max_length=10, choices=BulkVerb.choices)
    # What the verb takes, as plain values: keys of people and categories, a text.
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=BulkState.choices, default=BulkState.RUNNING)
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["running", "undoing"]),
                name="bulk_action_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} of {self.total} tickets"

    @property
    def is_running(self) -> bool:
        return self.state in (BulkState.RUNNING, BulkState.UNDOING)


class BulkRow(models.Model):
    """One of the tickets: how it was before, its version after, why it was left out."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="rows")
    ticket = models.ForeignKey(Ticket, db_index=False, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)
    version = models.PositiveIntegerField(null=True, blank=True)
    is_done = models.BooleanField(default=False)
    is_undone = models.BooleanField(default=False)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["action", "ticket"], name="bulk_row_unique"),
        ]
        indexes = [models.Index(fields=["ticket"], name="bulk_row_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id} of {self.action_id}"
