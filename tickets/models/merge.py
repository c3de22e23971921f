"""Which ticket was merged into which, and all that undoing it needs."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from tickets.models.event import TicketEvent
from tickets.models.ticket import Ticket
from tickets.querysets import TicketMergeQuerySet


class TicketMerge(models.Model):
    """`source` goes on as `target` until the merge is undone. Written by the services.

    No message, file, event or person leaves the source: its timeline is shown in the target's as
    well (`TicketEvent.objects.of`), and its people follow the target, too. So undoing loses
    nothing, and what is kept here is only what the merge itself changed.
    """

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_away")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_in")
    merged_at = models.DateTimeField(default=timezone.now)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The source's fields that the merge changed, as they were (moments in ISO 8601).
    before = models.JSONField(default=dict)
    # Whether the customer of the target waited for a word before the merge.
    target_awaited = models.BooleanField()
    # The target's event about the merge: what was said later has a higher number.
    target_event = models.ForeignKey(TicketEvent, on_delete=models.CASCADE, related_name="+")
    # Participants (their primary keys) who follow the target because of the merge.
    joined = models.JSONField(default=list)

    objects = TicketMergeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(undone_at__isnull=True), name="merge_once"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="merge_not_into_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} into {self.target_id}"
